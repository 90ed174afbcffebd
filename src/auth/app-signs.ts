import type { ClickAnswer } from './answer-card-click.ts'
import type { Background } from './background.ts'
import { createOnceAMinute } from './once-a-minute.ts'
import type { Clock } from './ports.ts'

/** What shows from inside how an app is set up at Feishu. */
export const APP_SIGNS = [
  /** The long connection stood. */
  'connected',
  /** A tap on a card of ours came. */
  'card_tap',
  /** A tap came on a card that this database does not know: another service has the same app, or the card is very old. */
  'unknown_card_tap',
  /** A tap came in the old form, which cannot be answered. */
  'old_card_tap',
] as const

/** One of the closed set of signs. */
export type AppSign = (typeof APP_SIGNS)[number]

/** When each sign of an app was last seen, to the minute. */
export interface AppSignStore {
  note(appId: string, sign: AppSign, at: Date): Promise<void>
  find(appId: string): Promise<Partial<Record<AppSign, Date>>>
}

/** Takes note of a sign; it returns at once, and nobody waits for it. */
export type NoteSign = (appId: string, sign: AppSign) => void

/** What the answer to a tap tells of the app. */
export function signOfTap({ toast, session }: ClickAnswer): AppSign {
  return toast === 'expired' && session === null ? 'unknown_card_tap' : 'card_tap'
}

/** Creates the note taker. */
export function createNoteSign({
  signs,
  clock,
  background,
}: {
  signs: Pick<AppSignStore, 'note'>
  clock: Clock
  background: Pick<Background, 'run'>
}): NoteSign {
  const timeToNote = createOnceAMinute(clock)
  return (appId, sign) => {
    const at = timeToNote(`${sign} ${appId}`)
    if (at) background.run(() => signs.note(appId, sign, at))
  }
}
