import type { PageLocale } from './page-locale.ts'

const htmlLanguages: Record<PageLocale, string> = { zh_cn: 'zh-CN', en_us: 'en', ja_jp: 'ja' }

const sandboxNotices: Record<PageLocale, string> = {
  zh_cn: '沙盒环境，并非飞书。',
  en_us: 'Sandbox. This is not Feishu.',
  ja_jp: 'サンドボックスです。Feishu ではありません。',
}

/** Wraps a body that is already HTML in the sandbox's page: no script, no asset, light and dark. */
export function pageFrame(page: { locale: PageLocale; title: string; body: string }): string {
  return `<!doctype html>
<html lang="${htmlLanguages[page.locale]}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'">
<link rel="icon" href="data:,">
<title>${escapeHtml(page.title)}</title>
<style>${style}</style>
</head>
<body>
<p class="sandbox">${escapeHtml(sandboxNotices[page.locale])}</p>
<main>${page.body}</main>
</body>
</html>
`
}

/** Makes any text safe inside HTML text and quoted attributes. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  }
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}

const style = `
:root{color-scheme:light dark;--page:#eef1f6;--card:#fff;--text:#1f2329;--quiet:#5c6370;--line:#dee0e3;--accent:#245bdb;--accent-text:#fff;--tint:#eef3ff;--notice:#fff3d6;--notice-text:#6b4300;--bad:#c02a26}
@media (prefers-color-scheme:dark){:root{--page:#121316;--card:#1f2126;--text:#ebebeb;--quiet:#a6aab2;--line:#3b3e45;--accent:#7aa2ff;--accent-text:#0b1733;--tint:#232c42;--notice:#3b2e0d;--notice-text:#ffd98a;--bad:#ff8f89}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:flex;flex-direction:column;background:var(--page);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI","PingFang SC","Hiragino Sans","Noto Sans CJK SC","Microsoft YaHei",sans-serif}
:lang(ja) body,body:lang(ja){font-family:system-ui,-apple-system,"Hiragino Sans","Noto Sans CJK JP","Yu Gothic",sans-serif}
.sandbox{margin:0;padding:6px 16px;text-align:center;font-size:13px;background:var(--notice);color:var(--notice-text)}
main{width:min(440px,100% - 24px);margin:auto;padding:28px 24px;background:var(--card);border:1px solid var(--line);border-radius:14px;overflow-wrap:anywhere}
@media (max-width:480px){main{margin:12px auto auto}}
h1{margin:12px 0 4px;font-size:20px;line-height:1.35;text-align:center}
h2{margin:20px 0 8px;font-size:14px;color:var(--quiet);font-weight:600}
.quiet{color:var(--quiet);font-size:14px}.centered{text-align:center;margin:0}
.pair{display:flex;align-items:center;justify-content:center;gap:10px;color:var(--quiet)}
.avatar{flex:none;display:grid;place-items:center;width:36px;height:36px;border-radius:50%;background:var(--tint);color:var(--accent);font-weight:600}
.pair .avatar{width:56px;height:56px;border-radius:14px;font-size:24px;background:var(--accent);color:var(--accent-text)}
fieldset{border:0;margin:20px 0 0;padding:0}legend{padding:0;margin:0 0 8px;font-size:14px;color:var(--quiet);font-weight:600}
.person{display:flex;align-items:center;gap:12px;min-height:52px;padding:6px 12px;border:1px solid var(--line);cursor:pointer}
.person:first-of-type{border-radius:10px 10px 0 0}.person:last-of-type{border-radius:0 0 10px 10px}.person+.person{border-top:0}
.person:has(:checked){background:var(--tint)}.person:has(:checked) .avatar{background:var(--accent);color:var(--accent-text)}
.person input{width:18px;height:18px;margin:0 0 0 auto;accent-color:var(--accent);order:2}
.scopes{list-style:none;margin:0;padding:0;border:1px solid var(--line);border-radius:10px}
.scopes li{padding:9px 12px}.scopes li+li{border-top:1px solid var(--line)}
code{display:block;font:12px/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;color:var(--quiet)}
.choices{position:sticky;bottom:0;display:flex;gap:12px;margin-top:12px;padding:12px 0;background:var(--card)}
button{flex:1;min-height:44px;border-radius:8px;border:1px solid var(--line);background:transparent;color:var(--text);font:inherit;cursor:pointer}
button.primary{background:var(--accent);border-color:var(--accent);color:var(--accent-text);font-weight:600;order:2}
button:hover{filter:brightness(1.06)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.bad{display:block;width:48px;height:48px;margin:0 auto;color:var(--bad)}
dl{display:grid;grid-template-columns:auto 1fr;gap:6px 16px;margin:20px 0 0;padding:12px;border:1px solid var(--line);border-radius:10px;font-size:14px}
dt{color:var(--quiet)}dd{margin:0;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:13px}
`
