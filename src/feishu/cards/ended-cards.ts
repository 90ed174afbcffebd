import { AGAIN_WORDS } from './again-words.ts'
import { BUTTON_WORDS } from './button-words.ts'
import { buttonRow, callbackButton } from './card-buttons.ts'
import type { CardFace, Drawing } from './card-face.ts'
import { localDateTime } from './card-time.ts'
import { OUTCOME_WORDS } from './outcome-words.ts'
import type { Wording } from './wording.ts'

/** The card of a request the person turned down; they may change their mind. */
export function rejectedCard(drawing: Drawing): CardFace {
  const words = OUTCOME_WORDS.rejected
  const { grantEndsAt } = drawing.session
  if (grantEndsAt) return notRenewedCard(drawing, grantEndsAt)
  return {
    colour: 'grey',
    icon: 'close_filled',
    title: words.title,
    summary: words.summary(drawing.app),
    elements: [
      { tag: 'markdown', ...drawing.say(words.body(drawing.appInMarkdown)) },
      buttonRow(callbackButton(drawing, 'send_again', BUTTON_WORDS.authorizeAfterAll, 'default')),
    ],
  }
}

/** The card of a renewal the person turned down: what they granted before goes on. */
function notRenewedCard(drawing: Drawing, endsAt: Date): CardFace {
  const { say, app, appInMarkdown } = drawing
  const words = AGAIN_WORDS.declined
  return {
    colour: 'grey',
    icon: 'close_filled',
    title: words.title,
    summary: words.summary(app),
    elements: [
      { tag: 'markdown', ...say(words.body(appInMarkdown, localDateTime(endsAt))) },
      buttonRow(callbackButton(drawing, 'send_again', BUTTON_WORDS.authorizeAfterAll, 'default')),
    ],
  }
}

/** The card of a request that ran out of time or was withdrawn; a new one can be asked for. */
export function expiredCard(drawing: Drawing): CardFace {
  const { session, app, appInMarkdown } = drawing
  const withdrawn = session.endReason === 'invalidated'
  const words = withdrawn ? OUTCOME_WORDS.withdrawn : OUTCOME_WORDS.expired
  const body =
    session.grantEndsAt && !withdrawn
      ? AGAIN_WORDS.expired(appInMarkdown, localDateTime(session.grantEndsAt))
      : words.body(appInMarkdown, localDateTime(session.expiresAt))
  return {
    colour: 'grey',
    icon: 'time_filled',
    title: words.title,
    summary: words.summary(app),
    elements: [
      { tag: 'markdown', ...drawing.say(body) },
      buttonRow(callbackButton(drawing, 'send_again', BUTTON_WORDS.sendAgain, 'default')),
    ],
  }
}

/** The card of a request that a newer one replaced; the newer card has the buttons. */
export function supersededCard(drawing: Drawing): CardFace {
  const words = OUTCOME_WORDS.superseded
  return {
    colour: 'grey',
    icon: null,
    title: words.title,
    summary: words.summary(drawing.app),
    elements: [{ tag: 'markdown', ...drawing.say(words.body(drawing.appInMarkdown)) }],
  }
}

/** The card of a grant that was taken back: by whom, since when, and what follows. */
export function revokedCard(drawing: Drawing, byWhom: Wording): CardFace {
  const { session, app, say } = drawing
  const words = OUTCOME_WORDS.revoked
  const { wantsSince } = session.card
  const asides = [...(wantsSince ? [words.when(localDateTime(wantsSince))] : []), words.next]
  return {
    colour: 'grey',
    icon: 'close_filled',
    title: words.title,
    summary: words.summary(app),
    elements: [
      { tag: 'markdown', ...say(byWhom) },
      ...asides.map((aside) => ({
        tag: 'markdown' as const,
        text_size: 'notation' as const,
        ...say(aside),
      })),
    ],
  }
}
