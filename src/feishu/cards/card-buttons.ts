import { BUTTON_WORDS } from './button-words.ts'
import type { CardAction } from './card-action.ts'
import type { Drawing } from './card-face.ts'
import type { Button, ColumnSet } from './card-json.ts'
import type { Wording } from './wording.ts'

/** One or two buttons beside each other; narrow screens wrap them. */
export function buttonRow(...buttons: [Button] | [Button, Button]): ColumnSet {
  return {
    tag: 'column_set',
    flex_mode: 'flow',
    horizontal_spacing: 'medium',
    columns: buttons.map((button) => ({ tag: 'column', width: 'auto', elements: [button] })),
  }
}

/**
 * Opens the link beside the chat on a computer; a phone and an old client open it as a page.
 * @see https://open.feishu.cn/document/applink-protocol/supported-protocol/open-a-specified-url-within-the-client-web-view
 */
export function authorizeButton({ context, say }: Drawing): Button {
  const { authorizeLink, appLinkBaseUrl } = context
  const sidePanel = new URL('/client/web_url/open', appLinkBaseUrl)
  sidePanel.search = `mode=sidebar-semi&max_width=800&reload=false&url=${encodeURIComponent(authorizeLink)}`
  return {
    tag: 'button',
    text: { tag: 'plain_text', ...say(BUTTON_WORDS.authorize) },
    type: 'primary_filled',
    behaviors: [
      {
        type: 'open_url',
        default_url: authorizeLink,
        pc_url: sidePanel.href,
        android_url: authorizeLink,
        ios_url: authorizeLink,
      },
    ],
  }
}

/** Ends the request; asks once more before it does. */
export function notNowButton(drawing: Drawing): Button {
  const { say, session } = drawing
  const { notNowText, notNowAheadText } = BUTTON_WORDS
  return {
    ...callbackButton(drawing, 'decline', BUTTON_WORDS.notNow, 'default'),
    confirm: {
      title: { tag: 'plain_text', ...say(BUTTON_WORDS.notNowTitle) },
      text: { tag: 'plain_text', ...say(session.grantEndsAt ? notNowAheadText : notNowText) },
    },
  }
}

/** Takes a grant back; asks once more before it does. */
export function revokeButton(drawing: Drawing): Button {
  const { say } = drawing
  return {
    ...callbackButton(drawing, 'revoke', BUTTON_WORDS.revoke, 'danger_text'),
    confirm: {
      title: { tag: 'plain_text', ...say(BUTTON_WORDS.revokeTitle) },
      text: { tag: 'plain_text', ...say(BUTTON_WORDS.revokeText) },
    },
  }
}

/** Tells us about the tap. */
export function callbackButton(
  { session, say }: Drawing,
  action: CardAction['action'],
  words: Wording,
  type: Button['type'],
): Button {
  return {
    tag: 'button',
    text: { tag: 'plain_text', ...say(words) },
    type,
    behaviors: [{ type: 'callback', value: { action, session: session.id } }],
  }
}
