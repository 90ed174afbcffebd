/**
 * The address a card may open: http or https, an applink unwrapped to the page it carries.
 * Anything else gives undefined.
 * @param {unknown} address
 */
export function safeLink(address) {
  const url = webUrl(address)
  if (!url) return undefined
  const isApplink = url.hostname.startsWith('applink.') || url.origin === location.origin
  if (isApplink && url.pathname === '/client/web_url/open') {
    return webUrl(url.searchParams.get('url'))?.href
  }
  return url.href
}

/** @param {unknown} address */
function webUrl(address) {
  if (typeof address !== 'string' || !URL.canParse(address)) return undefined
  const url = new URL(address)
  return url.protocol === 'https:' || url.protocol === 'http:' ? url : undefined
}
