import { Command, InvalidArgumentError } from 'commander'
import { CARD_LOOKS, type CardLook, LOCALES, type Locale } from '../auth/session.ts'
import { renderCard } from '../feishu/cards/render-card.ts'
import { sampleSession } from './sample-session.ts'
import { withParts } from './with-parts.ts'

type PreviewOptions = {
  look: CardLook
  locale: Locale
  scopes: string[]
  reason: string
  app: string
}
type SendOptions = {
  openId: string
  app?: string
  scopes?: string[]
  reason?: string
  locale?: Locale
  json?: true
}

/** `card preview|send`: shows a card's JSON, or sends a real one. */
export function cardCommand(): Command {
  const card = new Command('card').description('authorization cards')
  card
    .command('preview')
    .description('print the JSON of a card, to paste into the card builder; needs no configuration')
    .option('--look <look>', CARD_LOOKS.join(', '), (text) => oneOf(CARD_LOOKS, text), 'asking')
    .option('--locale <locale>', LOCALES.join(', '), (text) => oneOf(LOCALES, text), 'en')
    .option('--scopes <scopes>', 'what is asked', words, [
      'docx:document:readonly',
      'offline_access',
    ])
    .option('--reason <reason>', 'why', 'To write your weekly report')
    .option('--app <name>', 'who asks', 'Weekly Report Bot')
    .option('--json', 'print JSON (it always does)')
    .action(({ look, locale, scopes, reason, app }: PreviewOptions) => {
      const session = sampleSession({ look, locale, scopes, reason })
      const context = {
        appName: app,
        brand: 'feishu',
        authorizeLink: 'https://bot.example/auth/sample',
        appLinkBaseUrl: 'https://applink.feishu.cn',
        consoleBaseUrl: 'https://open.feishu.cn',
      } as const
      console.log(JSON.stringify(renderCard(session, context), null, 2))
    })
  card
    .command('send')
    .description('ask a person for authorization with the configured app')
    .requiredOption('--open-id <open_id>', 'whom to ask')
    .option('--app <app_id>', 'which app asks, when several are configured')
    .option('--scopes <scopes>', 'what to ask for, separated by spaces or commas', words)
    .option('--reason <reason>', 'why; shown on the card')
    .option('--locale <locale>', LOCALES.join(', '), (text) => oneOf(LOCALES, text))
    .option('--json', 'print JSON')
    .action(async ({ openId, app, scopes, reason, locale, json }: SendOptions) => {
      const request = { openId, appId: app, scopes, reason, locale }
      const { session, created } = await withParts(({ auth }) => auth.requestAuthorization(request))
      const { id, expiresAt, card: shown } = session
      const facts = { session_id: id, created, message_id: shown.messageId, expires_at: expiresAt }
      if (json) console.log(JSON.stringify(facts))
      else if (created) console.log(`Sent. Session ${id}, valid until ${expiresAt.toISOString()}.`)
      else console.log(`A card already waits. Session ${id}, until ${expiresAt.toISOString()}.`)
    })
  return card
}

function words(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '')
}

function oneOf<Choice extends string>(choices: readonly Choice[], text: string): Choice {
  const choice = choices.find((each) => each === text)
  if (!choice) throw new InvalidArgumentError(`Choose one of ${choices.join(', ')}.`)
  return choice
}
