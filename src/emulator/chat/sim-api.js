/**
 * The chat page's only door to the emulator: the JSON of its /sim routes.
 *
 * @typedef {'zh_cn' | 'en_us' | 'ja_jp'} Locale
 * @typedef {Record<string, unknown>} Json
 * @typedef {{ open_id: string, name: string, en_name?: string, locale?: Locale, status?: string }} Person
 * @typedef {{ chat_id: string, kind: 'p2p' | 'group', name?: string, members: string[] }} Chat
 * @typedef {{ kind: 'bot' | 'person', open_id?: string }} Sender
 * @typedef {{
 *   message_id: string, chat_id: string, sender: Sender, msg_type: string, content: Json,
 *   create_time: string | number, update_time?: string | number, updated?: boolean, recalled?: boolean,
 * }} Message
 * @typedef {{ id: string, match: string, status?: number, delay_ms?: number }} Fault
 * @typedef {{
 *   clock: { now: string | number, offset_seconds: number }, app: { name: string }, people: Person[],
 *   chats: Chat[], messages: Message[], connections: { id: string | number }[], faults: Fault[],
 *   hints?: { curl?: string },
 * }} World
 * @typedef {{
 *   seq: number, at: string | number, kind: string, method?: string, path?: string, status?: number,
 *   ms?: number, logId?: string, request?: unknown, response?: unknown, messageId?: string,
 *   connectionId?: string | number,
 * }} Entry
 * @typedef {{ type?: string, content?: string, i18n?: Record<string, string> }} ToastAnswer
 * @typedef {{ toast?: ToastAnswer, code?: number }} ClickAnswer
 */

/** A refusal by the emulator, in its own words. */
export class SimError extends Error {}

/** Everything the page shows, in one read. @returns {Promise<World>} */
export const readWorld = () => call('GET', '/sim/state')

/** What crossed the wire so far, newest last. @returns {Promise<Entry[]>} */
export async function readTranscript() {
  const { entries } = await call('GET', '/sim/transcript')
  return entries
}

/** A person writes to the bot. @param {{ open_id: string, text: string, chat_id: string }} message */
export const say = (message) => call('POST', '/sim/say', message)

/** A person opens their chat with the bot. @param {string} openId */
export const enterChat = (openId) => call('POST', '/sim/enter', { open_id: openId })

/**
 * A person taps a button.
 * @param {{ message_id: string, open_id: string, button: { index: number } }} tap
 * @returns {Promise<ClickAnswer>}
 */
export const click = (tap) => call('POST', '/sim/click', tap)

/** Moves the emulator's clock; undefined brings it back. @param {number} [seconds] */
export const moveClock = (seconds) =>
  call('POST', '/sim/clock', seconds === undefined ? { reset: true } : { advance_seconds: seconds })

/** Cuts every long connection. */
export const dropConnections = () => call('POST', '/sim/connections/drop', {})

/** Has the next event arrive twice. */
export const duplicateNextEvent = () => call('POST', '/sim/events/duplicate', { times: 1 })

/** Makes matching requests fail or wait. @param {Json} fault */
export const injectFault = (fault) => call('POST', '/sim/faults', fault)

/** Ends every fault. */
export const clearFaults = () => call('DELETE', '/sim/faults')

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 */
async function call(method, path, body) {
  const response = await fetch(path, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const answer = text === '' ? {} : JSON.parse(text)
  if (!response.ok) throw new SimError(answer.error?.message ?? `HTTP ${response.status}`)
  return answer
}
