import { AGAIN_WORDS } from './again-words.ts'
import { ASKING_WORDS } from './asking-words.ts'
import { BUTTON_WORDS } from './button-words.ts'
import { authorizeButton, buttonRow, callbackButton, notNowButton } from './card-buttons.ts'
import type { CardFace, Drawing } from './card-face.ts'
import type { CardElement } from './card-json.ts'
import { escapeMarkdown, oneLine } from './card-text.ts'
import { localDateTime, localTime } from './card-time.ts'
import { scopeList } from './scope-list.ts'
import type { Wording } from './wording.ts'

const LONGEST_REASON = 200
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000

/** The first card: who asks, for what, why, and until when. */
export function askingCard(drawing: Drawing): CardFace {
  return {
    colour: 'blue',
    icon: 'lock-chat_filled',
    title: ASKING_WORDS.title,
    summary: ASKING_WORDS.summary(drawing.app),
    elements: [...request(drawing), buttonRow(authorizeButton(drawing), notNowButton(drawing))],
  }
}

/** The card for somebody whose earlier grant has ended: why it did, and what stops until they authorize again. */
export function authorizeAgainCard(drawing: Drawing, why: Wording): CardFace {
  return {
    ...askingCard(drawing),
    colour: 'orange',
    icon: 'refresh_outlined',
    title: AGAIN_WORDS.title,
    summary: AGAIN_WORDS.summary(drawing.app),
    elements: [{ tag: 'markdown', ...drawing.say(why) }, ...askingCard(drawing).elements],
  }
}

/** The card ahead of time: until when the grant works, and that nothing stops before. */
export function endsSoonCard(drawing: Drawing): CardFace {
  const { session, say, app, appInMarkdown } = drawing
  const endsAt = localDateTime(session.grantEndsAt ?? session.expiresAt)
  return {
    colour: 'orange',
    icon: 'time_filled',
    title: AGAIN_WORDS.titleSoon,
    summary: AGAIN_WORDS.summarySoon(app),
    elements: [
      { tag: 'markdown', ...say(AGAIN_WORDS.endsSoon(appInMarkdown, endsAt)) },
      ...request(drawing, AGAIN_WORDS.goOn),
      buttonRow(authorizeButton(drawing), notNowButton(drawing)),
    ],
  }
}

/** The card after a failure the person can mend: what went wrong and what to do come first. */
export function askingAgainCard(drawing: Drawing, whatToDo: Wording): CardFace {
  const asking = askingCard(drawing)
  return {
    ...asking,
    icon: 'warning_filled',
    summary: ASKING_WORDS.summaryAgain(drawing.app),
    elements: [notice(drawing, whatToDo), ...asking.elements],
  }
}

/** The card after a failure that only the app's admin can mend. */
export function needsAdminCard(drawing: Drawing): CardFace {
  const { session, context } = drawing
  const isRedirect = session.lastFailure?.reason === 'redirect_uri_mismatch'
  const [page, words] = isRedirect
    ? (['safe', ASKING_WORDS.needsRedirectUrl] as const)
    : (['auth', ASKING_WORDS.needsAdmin] as const)
  const consolePage = new URL(
    `/app/${encodeURIComponent(session.appId)}/${page}`,
    context.consoleBaseUrl,
  )
  return {
    colour: 'yellow',
    icon: 'warning_filled',
    title: ASKING_WORDS.titleNeedsAdmin,
    summary: ASKING_WORDS.summaryAgain(drawing.app),
    elements: [
      notice(drawing, words(consolePage.href)),
      ...request(drawing),
      buttonRow(
        callbackButton(drawing, 'check_again', BUTTON_WORDS.haveEnabled, 'primary_filled'),
        notNowButton(drawing),
      ),
    ],
  }
}

function request(
  drawing: Drawing,
  ask: Wording = ASKING_WORDS.ask(drawing.appInMarkdown),
): CardElement[] {
  const { session, say } = drawing
  const elements = scopeList(drawing, ask, session.scopes)
  const reason = escapeMarkdown(oneLine(session.reason ?? '', LONGEST_REASON))
  if (reason !== '') elements.push({ tag: 'markdown', ...say(ASKING_WORDS.why(reason)) })
  const lifetime = session.expiresAt.getTime() - session.createdAt.getTime()
  const until = lifetime < DAY_MILLISECONDS ? localTime : localDateTime
  elements.push({
    tag: 'markdown',
    text_size: 'notation',
    ...say((session.grantEndsAt ? AGAIN_WORDS : ASKING_WORDS).until(until(session.expiresAt))),
  })
  return elements
}

function notice({ say }: Drawing, words: Wording): CardElement {
  return {
    tag: 'column_set',
    flex_mode: 'none',
    background_style: 'yellow-50',
    columns: [
      {
        tag: 'column',
        width: 'weighted',
        weight: 1,
        padding: '8px 12px 8px 12px',
        elements: [
          {
            tag: 'markdown',
            icon: { tag: 'standard_icon', token: 'warning_filled', color: 'yellow' },
            ...say(words),
          },
        ],
      },
    ],
  }
}
