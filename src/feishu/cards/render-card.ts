import type { AuthSession } from '../../auth/session.ts'
import { AGAIN_WORDS } from './again-words.ts'
import {
  askingAgainCard,
  askingCard,
  authorizeAgainCard,
  endsSoonCard,
  needsAdminCard,
} from './asking-card.ts'
import { ASKING_WORDS } from './asking-words.ts'
import { type CardContext, type CardFace, createDrawing, type Drawing } from './card-face.ts'
import type { Card } from './card-json.ts'
import { completedCard } from './completed-card.ts'
import { expiredCard, rejectedCard, revokedCard, supersededCard } from './ended-cards.ts'
import { OUTCOME_WORDS } from './outcome-words.ts'
import { CARD_LOCALES, cardLocaleOf } from './wording.ts'

/** Draws the card of a session as it wants to look now, in every language. */
export function renderCard(session: AuthSession, context: CardContext): Card {
  const drawing = createDrawing(session, context, cardLocaleOf(session.locale))
  const { say } = drawing
  const { colour, icon, title, summary, elements } = drawFace(drawing)
  return {
    schema: '2.0',
    config: {
      // Feishu updates shared cards only, so it must be said before and after.
      update_multi: true,
      // A request is for one person; a copy would never learn how it ended.
      enable_forward: false,
      width_mode: 'compact',
      locales: CARD_LOCALES,
      summary: say(summary),
    },
    header: {
      title: { tag: 'plain_text', ...say(title) },
      template: colour,
      ...(icon && { icon: { tag: 'standard_icon', token: icon } }),
    },
    body: { elements },
  }
}

function drawFace(drawing: Drawing): CardFace {
  const { appInMarkdown, product } = drawing
  switch (drawing.session.card.wants) {
    case 'asking':
      return askingCard(drawing)
    case 'authorize_again:ran_out':
      return authorizeAgainCard(drawing, AGAIN_WORDS.ranOut(appInMarkdown))
    case 'authorize_again:revoked':
      return authorizeAgainCard(drawing, AGAIN_WORDS.revoked(appInMarkdown))
    case 'authorize_again:lost':
      return authorizeAgainCard(drawing, AGAIN_WORDS.lost(appInMarkdown))
    case 'authorize_again:changed':
      return authorizeAgainCard(drawing, AGAIN_WORDS.changed(appInMarkdown, product))
    case 'authorize_again:ends_soon':
      return endsSoonCard(drawing)
    case 'asking_again:wrong_account':
      return askingAgainCard(drawing, ASKING_WORDS.wrongAccount(product))
    case 'asking_again:needs_admin':
      return needsAdminCard(drawing)
    case 'asking_again:not_available':
      return askingAgainCard(drawing, ASKING_WORDS.notAvailable)
    case 'asking_again:feishu_trouble':
      return askingAgainCard(drawing, ASKING_WORDS.feishuTrouble(product))
    case 'asking_again:try_again':
      return askingAgainCard(drawing, ASKING_WORDS.tryAgain)
    case 'completed':
      return completedCard(drawing)
    case 'revoked:by_person':
      return revokedCard(drawing, OUTCOME_WORDS.revoked.byPerson(appInMarkdown))
    case 'revoked:by_admin':
      return revokedCard(drawing, OUTCOME_WORDS.revoked.byAdmin(appInMarkdown))
    case 'revoked:by_feishu':
      return revokedCard(drawing, OUTCOME_WORDS.revoked.byFeishu(appInMarkdown, product))
    case 'rejected':
      return rejectedCard(drawing)
    case 'expired':
      return expiredCard(drawing)
    case 'superseded':
      return supersededCard(drawing)
  }
}
