import { PROBLEMS } from '../problem.ts'
import { describeFields } from '../v1/openapi.ts'
import { OPERATIONS, type Operation } from '../v1/operations.ts'
import { type Html, html, trustedHtml } from './html.ts'

/** The style of the API's page. */
export const DOCS_STYLE = `
:root{color-scheme:light dark;--page:#f7f8fa;--card:#fff;--text:#1f2329;--soft:#5a616c;--line:#dfe2e7;--accent:#245bdb;--tint:#e8effd}
@media (prefers-color-scheme:dark){:root{--page:#131418;--card:#1e2025;--text:#ebedf0;--soft:#a4aab5;--line:#3a3d45;--accent:#82a7ff;--tint:#222e4a}}
*{box-sizing:border-box}
body{margin:0;padding:32px 16px 64px;background:var(--page);color:var(--text);font:16px/1.6 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:780px;margin:0 auto}
h1{margin:0;font-size:28px;line-height:1.3}h2{margin:40px 0 12px;font-size:20px}h3{margin:0 0 4px;font-size:17px}
p{margin:0 0 12px}.soft{color:var(--soft)}a{color:var(--accent)}
section{margin:0 0 16px;padding:20px;background:var(--card);border:1px solid var(--line);border-radius:14px}
.route{display:flex;flex-wrap:wrap;gap:4px 10px;align-items:center;margin:0 0 12px}
.method{padding:1px 8px;border-radius:6px;background:var(--tint);color:var(--accent);font:600 13px/1.6 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
code,pre{font:14px/1.6 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
pre{margin:0;padding:14px 16px;overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:12px}
dl{display:grid;grid-template-columns:minmax(110px,max-content) 1fr;gap:4px 16px;margin:0 0 8px}
dt{font:14px/1.7 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}dd{margin:0;color:var(--soft)}
@media (max-width:560px){dl{grid-template-columns:1fr;gap:0}dd{margin:0 0 8px}}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
`

/** Writes the page that explains the API to people; `/openapi.json` has every detail. */
export function docsPage(version: string): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>feishu-card-auth API</title>
<link rel="icon" href="data:,">
<style>${trustedHtml(DOCS_STYLE)}</style>
</head>
<body>
<main>
<h1>feishu-card-auth API</h1>
<p class="soft">Version ${version}. For programs: <a href="openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
<p>Every call needs an API key. Times are RFC 3339, UTC.</p>
<pre>curl -H "Authorization: Bearer $API_KEY" "$URL/v1/tokens/ou_…?scopes=calendar:calendar:readonly"</pre>
<h2>Calls</h2>
${OPERATIONS.map(describe)}
<h2>Errors</h2>
<p>Errors are <code>application/problem+json</code> (RFC 9457). Decide by <code>code</code>, which never changes; log <code>request_id</code>. On 429 and 503 wait for <code>Retry-After</code>.</p>
<section><dl>${Object.entries(PROBLEMS).map(
    ([code, { status, title }]) =>
      html`<dt id="${code}">${code}</dt><dd>${String(status)} · ${title}</dd>`,
  )}</dl></section>
</main>
</body>
</html>
`.markup
}

function describe(operation: Operation): Html {
  const { method, endpoint, summary, replies, problems } = operation
  const fields = describeFields(operation)
  return html`<section>
<h3>${summary}</h3>
<p class="route"><span class="method">${method.toUpperCase()}</span><code>${endpoint}</code></p>
${
  fields.length === 0
    ? null
    : html`<dl>${fields.map(([name, description]) => html`<dt>${name}</dt><dd>${description}</dd>`)}</dl>`
}
<dl>${Object.entries(replies).map(
    ([status, { description }]) => html`<dt>${status}</dt><dd>${description}</dd>`,
  )}<dt>errors</dt><dd>${problems.join(', ')}</dd></dl>
</section>
`
}
