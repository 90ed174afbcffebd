import type { PageWords } from './page-words.ts'

/** What the pages say in English. */
export const PAGE_WORDS_EN: PageWords = {
  pages: {
    completed: {
      heading: 'Authorized',
      happened: '{app} can now act for you, as its card says.',
      next: 'The card in {feishu} shows what you granted.',
    },
    already_done: {
      heading: 'Already done',
      happened: 'You have authorized {app} with this card before.',
      next: 'There is nothing left to do here. The card in {feishu} shows what you granted.',
    },
    declined: {
      heading: 'Declined. Nothing was shared',
      happened: '{app} did not get access to your account.',
      next: 'Changed your mind? You can have a new card sent to you.',
    },
    not_renewed: {
      heading: 'Not authorized again',
      happened: 'Nothing has changed: what you granted {app} before works until its end.',
      next: 'Changed your mind? You can have a new card sent to you.',
    },
    denial_unproven: {
      heading: 'Nothing was shared',
      happened: 'We could not tell who declined in this browser, so the request is still open.',
      next: 'To decline, tap Not now on the card. To go on, try again.',
    },
    expired: {
      heading: 'This request expired. Nothing was shared',
      happened: 'For your safety, a card works for a short time only.',
      next: 'You can have a new card sent to you.',
    },
    withdrawn: {
      heading: 'This request was withdrawn',
      happened: 'Its card no longer works, and nothing was shared.',
      next: 'If you still need it, you can have a new card sent to you.',
    },
    superseded: {
      heading: 'A newer request replaced this one',
      happened: 'Only the newest card works. Nothing was shared with this one.',
      next: 'Open the newest card in {feishu}. If you cannot find it, have a new one sent to you.',
    },
    link_unknown: {
      heading: 'This link does not work',
      happened: 'It is incomplete, or it does not belong to a card of ours.',
      next: 'Open the card in {feishu} and tap Authorize again.',
    },
    see_card: {
      heading: 'Look at the card in {feishu}',
      happened: 'This address only takes the answer after you sign in.',
      next: 'The card shows how your request stands.',
    },
    link_used: {
      heading: 'This link was already used',
      happened: 'For your safety, each sign-in works once.',
      next: 'Try again: it takes a few seconds.',
    },
    sign_in_stale: {
      heading: 'The sign-in did not work',
      happened: 'The answer from {feishu} came too late, or came twice. Nothing was shared.',
      next: 'Try again: it takes a few seconds.',
    },
    wrong_account: {
      heading: 'That was a different account',
      happened: 'The request is for someone else than the account you used. Nothing was shared.',
      next: 'Sign in as yourself and try again.',
    },
    wrong_account_closed: {
      heading: 'That was a different account',
      happened: 'It happened several times, so this request was closed. Nothing was shared.',
      next: 'You can have a new card sent to the person who was asked.',
    },
    not_available: {
      heading: 'You cannot use this app yet',
      happened: '{app} is not open to your account. Nothing was shared.',
      next: 'Ask your {feishu} administrator to make the app available to you, then try again.',
    },
    needs_admin: {
      heading: 'This app is not fully set up',
      happened: '{feishu} refused because of the settings of {app}. You did nothing wrong.',
      next: 'Show this page to your administrator or to whoever runs {app}. Then try again.',
    },
    feishu_trouble: {
      heading: '{feishu} is not responding right now',
      happened: 'Your authorization could not be completed. Nothing was lost.',
      next: 'Please try again shortly.',
    },
    our_fault: {
      heading: 'Something went wrong on our side',
      happened: 'You did nothing wrong.',
      next: 'Please try again shortly. If it happens again, pass on the reference number.',
    },
    card_sent: {
      heading: 'A new card is on its way',
      happened: 'You will find it in {feishu} in a moment.',
      next: 'Tap Authorize on the new card. The old one no longer works.',
    },
    card_waiting: {
      heading: 'A card is already waiting for you',
      happened: 'A newer request was sent before, so we did not send another.',
      next: 'Tap Authorize on the newest card in {feishu}.',
    },
    still_open: {
      heading: 'This request is still open',
      happened: 'You do not need a new card.',
      next: 'You can go on from here.',
    },
    too_many: {
      heading: 'One moment, please',
      happened: 'There were many tries from your network in a short time.',
      next: 'Wait a minute, then try again.',
    },
  },
  turns: {
    yours: 'What you can do',
    admin: 'What your administrator can do',
    ours: 'We are on it',
    feishu: 'It is up to {feishu} now',
  },
  feishu: 'Feishu',
  lark: 'Lark',
  back: 'Back to {feishu}',
  tryAgain: 'Try again',
  goOn: 'Continue',
  newCard: 'Send me a new card',
  console: 'Open the developer console',
  reference: 'Reference number',
  copy: 'Copy',
  copied: 'Copied',
  close: 'You can close this page.',
}
