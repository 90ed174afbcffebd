/**
 * The only script of our pages. Every page works without it: it takes the code and state out of the
 * address bar before the body shows, and gives the reference number a copy button.
 */
export const PAGE_SCRIPT = `
if(location.search)history.replaceState(null,'',location.pathname)
addEventListener('DOMContentLoaded',function(){
var b=document.querySelector('[data-copy]')
if(!b||!navigator.clipboard)return
b.hidden=false
b.onclick=function(){navigator.clipboard.writeText(b.dataset.copy).then(function(){b.textContent=b.dataset.copied})}
})
`
