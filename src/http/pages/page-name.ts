import type { IconName } from './icon.ts'

/** Whose turn it is after a failure. */
export type Turn = 'yours' | 'admin' | 'ours' | 'feishu'

/** How a page feels: green, calm blue, quiet grey or careful amber; the icon and the words say the same. */
export type Tone = 'good' | 'calm' | 'quiet' | 'careful'

/** The look of every page a person can come to. */
export const PAGES = {
  completed: { icon: 'check', tone: 'good', turn: null },
  already_done: { icon: 'check', tone: 'good', turn: null },
  declined: { icon: 'minus', tone: 'quiet', turn: 'yours' },
  not_renewed: { icon: 'minus', tone: 'quiet', turn: 'yours' },
  denial_unproven: { icon: 'minus', tone: 'quiet', turn: 'yours' },
  expired: { icon: 'clock', tone: 'quiet', turn: 'yours' },
  withdrawn: { icon: 'minus', tone: 'quiet', turn: 'yours' },
  superseded: { icon: 'card', tone: 'calm', turn: 'yours' },
  link_unknown: { icon: 'link', tone: 'careful', turn: 'yours' },
  see_card: { icon: 'card', tone: 'calm', turn: null },
  link_used: { icon: 'link', tone: 'careful', turn: 'yours' },
  sign_in_stale: { icon: 'clock', tone: 'careful', turn: 'yours' },
  wrong_account: { icon: 'people', tone: 'careful', turn: 'yours' },
  wrong_account_closed: { icon: 'people', tone: 'careful', turn: 'yours' },
  not_available: { icon: 'lock', tone: 'careful', turn: 'admin' },
  needs_admin: { icon: 'lock', tone: 'careful', turn: 'admin' },
  feishu_trouble: { icon: 'cloud', tone: 'careful', turn: 'feishu' },
  our_fault: { icon: 'wrench', tone: 'careful', turn: 'ours' },
  card_sent: { icon: 'card', tone: 'good', turn: 'yours' },
  card_waiting: { icon: 'card', tone: 'calm', turn: 'yours' },
  still_open: { icon: 'card', tone: 'calm', turn: 'yours' },
  too_many: { icon: 'clock', tone: 'careful', turn: 'yours' },
} as const satisfies Record<string, { icon: IconName; tone: Tone; turn: Turn | null }>

/** A page a person can come to. */
export type PageName = keyof typeof PAGES
