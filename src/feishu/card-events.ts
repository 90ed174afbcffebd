import type { CardAction, CardClick, ClickAnswer } from '../auth/answer-card-click.ts'
import type { Clock, SeenEventStore } from '../auth/ports.ts'
import type { AuthSession } from '../auth/session.ts'
import { type CardClickEvent, parseCardClickEvent } from './card-click-event.ts'
import { cardContext } from './card-context.ts'
import type { Card } from './cards/card-json.ts'
import { renderCard } from './cards/render-card.ts'
import { type CardToast, renderToast } from './cards/render-toast.ts'
import type { ToastKey } from './cards/toast-words.ts'
import type { FeishuLog } from './feishu-log.ts'
import { createFirstTime } from './first-time.ts'
import type { FeishuApp } from './hosts.ts'
import { asRecord } from './judge-reply.ts'

/** What Feishu shows in answer to a tap; `{}` shows nothing. */
export type CardAnswer = { toast?: CardToast; card?: { type: 'raw'; data: Card } }

/** Answers `card.action.trigger`; always in time, and it never throws. */
export type CardActionHandler = (event: unknown) => Promise<CardAnswer>

/** What a tap came to, for metrics: the note it was answered with, or why there was none of its own. */
export type ClickOutcome = ToastKey | 'duplicate' | 'unreadable'

/** Told about every tap when it is answered; `appId` and `action` are null when the tap could not be read. */
export type ClickObserver = (click: {
  appId: string | null
  action: CardAction | null
  outcome: ClickOutcome
  seconds: number
}) => void

/** An answer and the note in it. */
type Said = { key: ToastKey; answer: CardAnswer }

/** Feishu waits three seconds; this leaves one for the way there and back. */
const DEADLINE_MS = 2000
const ANSWERS_REMEMBERED = 1000

/**
 * Creates the handler of card taps.
 *
 * The path to an answer holds no call over the network: Feishu shows an error after three seconds. An answer that takes
 * too long is overtaken by a friendly note, and the work goes on; the card then follows by itself.
 *
 * A doubled event never acts twice. In this process it gets the very answer of the first, which may have been lost on the
 * way. When another instance took the first, it is answered with what has become of the session, and nothing moves.
 */
export function createCardActionHandler(neighbours: {
  apps: readonly FeishuApp[]
  /** The app's name as people see it. */
  appName: (appId: string) => string
  answerCardClick: (click: CardClick, appId: string | null) => Promise<ClickAnswer>
  seenEvents: SeenEventStore
  clock: Clock
  log: FeishuLog
  observeClick?: ClickObserver | undefined
  /** Told the type of every event that was delivered before. */
  onDuplicate?: ((eventType: string) => void) | undefined
  deadlineMs?: number | undefined
}): CardActionHandler {
  const { apps, appName, answerCardClick, clock, log } = neighbours
  const { observeClick = () => undefined, onDuplicate, deadlineMs = DEADLINE_MS } = neighbours
  const firstTime = createFirstTime(neighbours)
  const byId = new Map(apps.map((app) => [app.appId, app]))
  // In the order of arrival, oldest first.
  const answers = new Map<string, Promise<Said>>()

  return async (payload) => {
    const startedAt = clock.now().getTime()
    const seconds = () => (clock.now().getTime() - startedAt) / 1000
    const event = parseCardClickEvent(payload)
    if (!event) {
      log('warn', 'card_click_unknown', fieldsOfUnknown(payload))
      observeClick({ appId: null, action: null, outcome: 'unreadable', seconds: seconds() })
      return {}
    }
    const known = event.eventId === null ? undefined : answers.get(event.eventId)
    if (known) logDuplicate(event)
    const { key, answer } = await beforeDeadline(event, known ?? answerFirst(event))
    if (!known) tell(event, key)
    const { appId, click } = event
    const outcome = known ? 'duplicate' : key
    observeClick({ appId, action: click.action, outcome, seconds: seconds() })
    return answer
  }

  function answerFirst(event: CardClickEvent): Promise<Said> {
    const said = answerAfresh(event)
    if (event.eventId !== null) remember(event.eventId, said)
    return said
  }

  /** Somebody else's tap is either a forwarded card or worse: it is worth a look when there are many. */
  function tell(event: CardClickEvent, key: ToastKey): void {
    const level = key === 'not_for_you' ? 'warn' : 'info'
    log(level, 'card_click_answered', { ...fieldsOf(event), answer: key })
  }

  async function answerAfresh(event: CardClickEvent): Promise<Said> {
    try {
      const isFirst = await firstTime(event.eventId)
      if (!isFirst) logDuplicate(event)
      const click = isFirst ? event.click : { ...event.click, isDoubled: true }
      return draw(event, await answerCardClick(click, event.appId))
    } catch (error) {
      log('error', 'card_click_failed', { ...fieldsOf(event), error: nameOf(error) })
      return note(event, 'try_again_later')
    }
  }

  async function beforeDeadline(event: CardClickEvent, answer: Promise<Said>): Promise<Said> {
    const answered = new AbortController()
    const late = clock.sleep(deadlineMs, answered.signal).then((): Said => {
      if (!answered.signal.aborted) log('warn', 'card_click_slow', fieldsOf(event))
      return note(event, 'working_on_it')
    })
    const first = await Promise.race([answer, late])
    answered.abort()
    return first
  }

  function draw(event: CardClickEvent, { toast: key, session, authorizeLink }: ClickAnswer): Said {
    const shown = toast(event, key, session)
    const app = session && byId.get(session.appId)
    if (!session || !app) return { key, answer: { toast: shown } }
    const data = renderCard(session, cardContext(app, appName(app.appId), authorizeLink ?? ''))
    return { key, answer: { toast: shown, card: { type: 'raw', data } } }
  }

  function note(event: CardClickEvent, key: ToastKey): Said {
    return { key, answer: { toast: toast(event, key, null) } }
  }

  function toast(event: CardClickEvent, key: ToastKey, session: AuthSession | null): CardToast {
    const brand = byId.get(session?.appId ?? event.appId ?? '')?.brand ?? 'feishu'
    return renderToast(key, session?.locale ?? null, brand)
  }

  function remember(eventId: string, said: Promise<Said>): void {
    answers.set(eventId, said)
    for (const oldest of answers.keys()) {
      if (answers.size <= ANSWERS_REMEMBERED) return
      answers.delete(oldest)
    }
  }

  function logDuplicate(event: CardClickEvent): void {
    log('info', 'card_click_duplicate', fieldsOf(event))
    onDuplicate?.('card.action.trigger')
  }
}

function fieldsOf({ eventId, appId, click }: CardClickEvent): Record<string, unknown> {
  return { event_id: eventId, app_id: appId, session_id: click.sessionId, action: click.action }
}

/** The shape alone: whatever stands in the fields may be anything. */
function fieldsOfUnknown(payload: unknown): Record<string, unknown> {
  const raw = asRecord(payload) ?? {}
  const eventId = raw.event_id ?? asRecord(raw.header)?.event_id
  return {
    ...(typeof eventId === 'string' ? { event_id: eventId.slice(0, 64) } : {}),
    fields: Object.keys(raw),
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown'
}
