import { CardAuthError, FeishuAnsweredError, type FeishuFacts } from './error-base.ts'

/** Another card would be one too many: for the person, the group or the API key, or so soon after a card they did not want. */
export class TooManyCardsError extends CardAuthError {
  readonly code = 'too_many_cards'
  readonly reason: 'person' | 'chat' | 'key' | 'cool_down'
  readonly retryAfterSeconds: number

  constructor(reason: TooManyCardsError['reason'], retryAfterSeconds: number) {
    super(inWords(reason, retryAfterSeconds))
    this.reason = reason
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** Feishu says that no card can ever reach this person. */
export class PersonUnreachableError extends FeishuAnsweredError {
  readonly code = 'person_unreachable'
}

/** The message that holds the card can never be changed again: too old, recalled or deleted. */
export class CardGoneError extends FeishuAnsweredError {
  readonly code = 'card_gone'

  constructor(facts?: FeishuFacts) {
    super('The card can no longer be changed: it is too old, recalled or deleted.', facts)
  }
}

function inWords(reason: TooManyCardsError['reason'], seconds: number): string {
  switch (reason) {
    case 'cool_down':
      return `The person declined or ignored the last card. Ask again in ${seconds} s, or let them use its button.`
    case 'key':
      return `This API key has asked for too many cards within a minute. Ask again in ${seconds} s.`
    case 'person':
    case 'chat':
      return `Too many cards went to this ${reason} within an hour. Ask again in ${seconds} s.`
  }
}
