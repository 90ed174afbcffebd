/** Tells whether a URL is absolute and safe to send secrets to: https, or http on this very machine; no user and password in it. */
export function isSafeWebUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, username, password } = new URL(text)
  if (username !== '' || password !== '') return false
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}

/** Tells whether this is the URL of a Postgres database whose password can be read from it. */
export function isPostgresUrl(text: string): boolean {
  return (
    /^postgres(ql)?:\/\/[^/]/.test(text) && URL.canParse(text) && canDecode(new URL(text).password)
  )
}

function canDecode(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

/** RFC 8252 §7.3 and RFC 6761 §6.3 name the hosts that never leave the machine. */
function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d{1,3}){3}$/.test(hostname)
  )
}
