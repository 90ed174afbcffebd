/** Feishu asks a person for a check with these (21000 a rule forbids it, 21001 a check is due). */
const POLICY_CODES: readonly unknown[] = [21000, 21001]
const FEISHU_DOMAINS = ['feishu.cn', 'larksuite.com', 'larkoffice.com']
const LONGEST = 2048

/**
 * The page on which a person passes the check that a rule of their organisation asks for; undefined where there is none. It is
 * shown to people, so only a page of Feishu counts: https, and on its domains or the host that was called.
 */
export function challengeUrlOf(
  body: Record<string, unknown> | null,
  calledUrl: string | undefined,
): string | undefined {
  if (!body || !POLICY_CODES.includes(body.code)) return undefined
  const told = [body, body.data, body.error].map(urlIn).find((url) => url !== null)
  if (told?.protocol !== 'https:' || told.username !== '' || told.password !== '') {
    return undefined
  }
  const isOfFeishu = FEISHU_DOMAINS.some(
    (domain) => told.hostname === domain || told.hostname.endsWith(`.${domain}`),
  )
  return isOfFeishu || told.host === parse(calledUrl)?.host ? told.href : undefined
}

/** Beside the code, or one level deeper: its place is documented nowhere. */
function urlIn(part: unknown): URL | null {
  if (typeof part !== 'object' || part === null || !('challenge_url' in part)) return null
  return parse(part.challenge_url)
}

function parse(url: unknown): URL | null {
  if (typeof url !== 'string' || url.length > LONGEST || !URL.canParse(url)) return null
  return new URL(url)
}
