import { missingScopes } from '../../auth/grant.ts'
import { buttonRow, revokeButton } from './card-buttons.ts'
import type { CardFace, Drawing } from './card-face.ts'
import type { CardElement } from './card-json.ts'
import { localDateTime } from './card-time.ts'
import { OUTCOME_WORDS } from './outcome-words.ts'
import { scopeList, scopesInLine } from './scope-list.ts'
import { inEachLocale, type Wording } from './wording.ts'

const WORDS = OUTCOME_WORDS.completed

/** The card of a grant: what the app may do now, what it may not, since when, and how to take it back. */
export function completedCard(drawing: Drawing): CardFace {
  const { session, app } = drawing
  const asked = session.scopes
  const granted = session.grantedScopes ?? asked
  const askedFirst = [
    ...asked.filter((scope) => granted.includes(scope)),
    ...missingScopes(granted, asked),
  ]
  const refused = missingScopes(asked, granted).filter((scope) => scope !== 'offline_access')
  const elements = scopeList(drawing, WORDS.granted(drawing.appInMarkdown), askedFirst)
  if (refused.length > 0) {
    const words = WORDS.notGranted(scopesInLine(refused))
    elements.push(
      aside(
        drawing,
        inEachLocale((locale) => grey(words[locale])),
      ),
    )
  }
  if (session.endedAt) elements.push(aside(drawing, WORDS.when(localDateTime(session.endedAt))))
  elements.push(aside(drawing, WORDS.takeBack), buttonRow(revokeButton(drawing)))
  return {
    colour: 'green',
    icon: 'yes_filled',
    title: WORDS.title,
    summary: WORDS.summary(app),
    elements,
  }
}

function grey(text: string): string {
  return `<font color='grey'>${text}</font>`
}

function aside({ say }: Drawing, words: Wording): CardElement {
  return { tag: 'markdown', text_size: 'notation', ...say(words) }
}
