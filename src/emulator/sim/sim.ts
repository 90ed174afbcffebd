import type { EmulatedApp, EmulatedPerson } from '../cast.ts'
import type { CallbackOutcome } from '../delivery.ts'
import type { Fault } from '../faults.ts'
import type { AccessToken, WithdrawnTokens } from '../oauth/oauth-ledger.ts'
import type { WithdrawalReason } from '../oauth/revoke-tokens.ts'
import type { TranscriptEntry } from '../transcript.ts'
import type { MessageView, StateView } from './state-view.ts'

/** Which button of a card: by its place, by its words in any language, or a forged callback value. */
export type ButtonChoice = { index: number } | { text: string } | { value: Record<string, unknown> }

/** What a tap came to. */
export type ClickOutcome = { openUrl: string } | CallbackOutcome

/** What a decision on the authorize page came to. */
export type ConsentOutcome = { redirect: string } | { pageError: number }

/** Whose token it is and whether it still works. */
export type TokenOwner = Pick<AccessToken, 'openId' | 'scopes'> & { works: boolean }

/** Everything a person, an administrator or bad luck can do to the app; each is also a `/sim` route. */
export interface Sim {
  /** A person writes to the bot, in their private chat unless `chatId` names another. */
  say(said: { openId: string; text: string; chatId?: string }): Promise<{
    messageId: string
    delivered: boolean
  }>
  /** A person opens their private chat with the bot. */
  enterChat(entered: { openId: string }): Promise<{ delivered: boolean }>
  /** A person taps a button; the card of the answer is put into the message. */
  click(tap: { messageId: string; openId: string; button: ButtonChoice }): Promise<ClickOutcome>
  /** A person grants an authorize URL without a browser; `scopes` are the ones really granted. */
  approve(approved: {
    authorizeUrl: string
    openId: string
    scopes?: string[]
  }): Promise<ConsentOutcome>
  /** A person refuses an authorize URL without a browser. */
  deny(denied: { authorizeUrl: string; openId: string }): Promise<ConsentOutcome>
  /** Tokens of a person are ended, all of them by the person unless told; the app learns of it by an event. */
  revoke(revoked: {
    openId: string
    tokens?: WithdrawnTokens
    reason?: WithdrawalReason
  }): Promise<{ delivered: boolean }>
  /** Moves the emulator's clock; expiries and redeliveries follow it. */
  advanceClock(move: { seconds: number }): { now: Date; offsetSeconds: number }
  resetClock(): { now: Date; offsetSeconds: number }
  /** Cuts every long connection, or only stops answering on them. */
  dropConnections(drop?: { halfOpen?: boolean }): { dropped: number }
  /** Delivers each of the next `times` events or callbacks twice. */
  duplicateEvents(duplicate: { times: number }): { times: number }
  /** Pushes anything as a data frame. */
  sendRawEvent(raw: { frameType?: 'event' | 'card'; payload: unknown }): Promise<{
    delivered: boolean
  }>
  injectFault(fault: Fault): { id: string }
  clearFaults(): void
  /** Changes a person: status, availability, name, locale; the app hears of a new status or name. */
  setPerson(change: { openId: string } & Partial<Omit<EmulatedPerson, 'openId'>>): EmulatedPerson
  /** Changes the app: scopes, redirect URLs, secret, switches; where it is removed, people's tokens end by restriction. */
  setApp(change: Partial<EmulatedApp>): EmulatedApp
  /** Hints for the chat page, such as the line that reads the token. */
  setHints(hints: { curl?: string }): void
  /** Returns to the state at start; connections stay. */
  reset(): void
  transcript(): TranscriptEntry[]
  state(): StateView
  messages(where?: { chatId?: string }): MessageView[]
  /** Whose token it is; undefined for a token the emulator never issued. */
  tokenOwner(accessToken: string): TokenOwner | undefined
}
