/** The style of every page: phone first, light and dark, contrast AA, quiet where people ask for it. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--page:#f2f4f8;--card:#fff;--text:#1f2329;--soft:#5a616c;--line:#dfe2e7;--accent:#245bdb;--on-accent:#fff;--good:#1d7a3e;--good-tint:#e5f5ea;--calm:#245bdb;--calm-tint:#e8effd;--quiet:#5a616c;--quiet-tint:#eef0f3;--careful:#8a5200;--careful-tint:#fdf1da;--shadow:0 1px 2px #1f23290a,0 12px 32px #1f232914}
@media (prefers-color-scheme:dark){:root{--page:#131418;--card:#1e2025;--text:#ebedf0;--soft:#a4aab5;--line:#3a3d45;--accent:#82a7ff;--on-accent:#0c1a38;--good:#6fd58f;--good-tint:#1c3526;--calm:#82a7ff;--calm-tint:#222e4a;--quiet:#b4b9c2;--quiet-tint:#2b2e35;--careful:#f3bf62;--careful-tint:#3a2d14;--shadow:none}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;min-height:100vh;min-height:100dvh;display:flex;flex-direction:column;justify-content:center;padding:24px 16px;background:var(--page);color:var(--text);font:16px/1.6 system-ui,-apple-system,"Segoe UI","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;text-autospace:normal}
:lang(ja) body{font-family:system-ui,-apple-system,"Hiragino Sans","Yu Gothic UI","Noto Sans CJK JP",sans-serif;line-break:strict;word-break:auto-phrase}
:lang(zh) h1{word-break:keep-all}:lang(zh) p{text-wrap:pretty}
main{width:100%;max-width:440px;margin:0 auto;padding:40px 32px 32px;background:var(--card);border:1px solid var(--line);border-radius:20px;box-shadow:var(--shadow);overflow-wrap:anywhere;text-align:center}
.icon{display:grid;place-items:center;width:72px;height:72px;margin:0 auto 20px;border-radius:50%}
.good{color:var(--good);background:var(--good-tint)}.calm{color:var(--calm);background:var(--calm-tint)}.quiet{color:var(--quiet);background:var(--quiet-tint)}.careful{color:var(--careful);background:var(--careful-tint)}
.app{margin:0 0 4px;font-size:14px;color:var(--soft)}
h1{margin:0 0 8px;font-size:clamp(20px,6vw,22px);line-height:1.35;font-weight:650;text-wrap:balance}
h1:focus{outline:none}
p{margin:0;text-wrap:balance}
.next{text-wrap:pretty;margin:24px 0 0;padding:14px 16px;border-radius:12px;background:var(--page);text-align:start}
.next b{display:block;font-size:14px;font-weight:600;color:var(--soft)}
.plain{margin-top:8px;color:var(--soft)}
.actions{display:grid;gap:12px;margin-top:28px}
form{margin:0;display:grid}
.button{display:flex;align-items:center;justify-content:center;min-height:48px;padding:10px 20px;border:1px solid var(--line);border-radius:12px;background:transparent;color:var(--text);font:inherit;font-weight:550;text-decoration:none;cursor:pointer}
.primary{border-color:var(--accent);background:var(--accent);color:var(--on-accent)}
.button:hover{border-color:var(--accent)}.primary:hover{filter:brightness(1.08)}
.console{display:inline-flex;align-items:center;min-height:44px;margin-top:8px;color:var(--accent);font-size:14px}
.reference{display:grid;grid-template-columns:1fr auto;align-items:center;gap:0 12px;margin:12px 0 0;padding:10px 16px;border:1px solid var(--line);border-radius:12px;text-align:start}
.reference p{font-size:14px;color:var(--soft)}
code{grid-column:1;font:15px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.copy{grid-column:2;grid-row:1/3;min-height:44px;min-width:44px;padding:0 12px;border-radius:10px;font-size:14px}
[hidden]{display:none}
footer{margin:20px auto 0;color:var(--soft);font-size:14px;text-align:center}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
@media (max-width:480px){body{justify-content:flex-start;padding:16px 12px}main{padding:32px 20px 20px}}
@media (prefers-reduced-motion:no-preference){main{animation:rise .32s ease-out}@keyframes rise{from{opacity:0;transform:translateY(8px)}}}
@media (forced-colors:active){.icon,.next{text-wrap:pretty;border:1px solid}}
`
