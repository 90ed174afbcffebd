import type { ExitCode } from './exit-code.ts'
import type { Sandbox } from './start-sandbox.ts'

type Report = { startedAt: number; json: boolean }
type Card = { header?: { template?: string } }

const PATIENCE_MS = 15_000
const LOOK_EVERY_MS = 50

/** Plays the person: taps, consents, and reads the token back; 0 only when the card ended green and the token works. */
export async function autopilot(sandbox: Sandbox, { startedAt, json }: Report): Promise<ExitCode> {
  const { emulator, serviceUrl, apiKey } = sandbox
  const [person] = emulator.people
  if (!person) throw new Error('The emulator has no people.')
  const steps: { step: string; ms: number }[] = []
  let last = startedAt
  const done = (step: string): void => {
    const now = performance.now()
    steps.push({ step, ms: Math.round(now - last) })
    if (!json) console.log(`${String(Math.round(now - last)).padStart(6)} ms  ${step}`)
    last = now
  }

  try {
    done('the emulator and the service are ready')
    const card = await until('a card that asks', () => cardOf('blue'))
    done(`${person.name} has a card that asks for authorization`)

    const tapped = await emulator.sim.click({
      messageId: card.message_id,
      openId: person.openId,
      button: { text: 'Authorize' },
    })
    if (!('openUrl' in tapped)) throw new Error('The Authorize button opens no link.')
    const opened = await fetch(webUrl(tapped.openUrl), { redirect: 'manual' })
    const authorizeUrl = opened.headers.get('location')
    if (opened.status !== 302 || !authorizeUrl)
      throw new Error(`The link answered ${opened.status}.`)
    done('tapped Authorize; the link leads to the consent page')

    const consent = await emulator.sim.approve({ authorizeUrl, openId: person.openId })
    if (!('redirect' in consent)) throw new Error(`The consent page shows ${consent.pageError}.`)
    const page = await fetch(consent.redirect)
    if (page.status !== 200) throw new Error(`The result page answered ${page.status}.`)
    done('consented; the result page says it is done')

    await until('a green card', () => cardOf('green'))
    done('the card turned green')

    const answer = await fetch(`${serviceUrl}/v1/tokens/${person.openId}`, {
      headers: { authorization: `Bearer ${apiKey}` },
    })
    const token: unknown = await answer.json()
    if (!isToken(token)) throw new Error(`The token could not be read: ${answer.status}.`)
    const owner = emulator.sim.tokenOwner(token.access_token)
    if (owner?.openId !== person.openId) throw new Error('The token is not theirs.')
    done('read the token back; Feishu takes it as theirs')
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    console.error(`Failed after ${steps.length} steps: ${message}`)
    return 1
  }
  const total = Math.round(performance.now() - startedAt)
  console.log(
    json ? JSON.stringify({ ok: true, steps, total_ms: total }) : `${total} ms in all. It works.`,
  )
  return 0

  function cardOf(template: string) {
    const { chats, messages } = emulator.sim.state()
    const mine = chats.find(({ kind, members }) => kind === 'p2p' && members[0] === person?.openId)
    return messages.find(({ chat_id, msg_type, content }) => {
      const card: Card = content
      const isCard = chat_id === mine?.chat_id && msg_type === 'interactive'
      return isCard && card.header?.template === template
    })
  }
}

/** The page behind an applink, as Feishu's client would open it. */
function webUrl(link: string): string {
  return new URL(link).searchParams.get('url') ?? link
}

async function until<Found>(what: string, look: () => Found | undefined): Promise<Found> {
  const giveUpAt = performance.now() + PATIENCE_MS
  for (;;) {
    const found = look()
    if (found !== undefined) return found
    if (performance.now() > giveUpAt) throw new Error(`Waited ${PATIENCE_MS / 1000} s for ${what}.`)
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}

function isToken(value: unknown): value is { access_token: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'access_token' in value &&
    typeof value.access_token === 'string'
  )
}
