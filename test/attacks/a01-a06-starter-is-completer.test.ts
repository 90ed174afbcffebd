import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { ButtonChoice } from '../../src/emulator/index.ts'
import {
  type AskedPerson,
  eventually,
  headingOf,
  openScene,
  type Page,
  readToken,
  type Scene,
} from '../journeys/bad-input/scene.ts'
import { createMessageCalls } from '../support/message-calls.ts'
import type { SessionJson } from '../support/service.ts'
import { expectNothingFor, failuresOf } from './what-is-left.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

// Whoever was asked is whoever consents. Each attack ends with no token saved for anybody else, with whatever Feishu has
// issued revoked, and with an entry in the audit record; and the person asked still gets through.

const GROUP = 'oc_a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0'
const TENANT = '2ed263bf32cf1651'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene.close())

const sim = () => scene.service.emulator.sim

describe('A1: a card is forwarded to another person', () => {
  it('whose taps on its buttons do nothing', async () => {
    const { session } = await scene.askedPerson()
    const stranger = scene.newcomer()
    const copy = await forwardTo(stranger, session)
    for (const button of [
      { text: 'Not now' },
      ...['send_again', 'check_again', 'revoke'].map((action) => ({
        value: { action, session: session.session_id },
      })),
    ]) {
      const toast = { type: 'warning', i18n: { en_us: 'This request is for someone else.' } }
      expect(await click(copy, stranger, button)).toMatchObject({ toast })
    }
    expect(await scene.session(session.session_id)).toMatchObject({ state: 'pending' })
    await expectNothingFor(scene, stranger)
  })

  it('who opens its link and consents', async () => {
    const person = await scene.askedPerson()
    const stranger = scene.newcomer()
    const copy = await forwardTo(stranger, person.session)
    const page = await consentAsStranger(await openCard(copy, stranger), stranger)
    expect(page).toMatchObject({ status: 403, heading: headingOf('wrong_account') })
    await expectRefused(person, stranger)
    await scene.completes(person)
  })

  it('while Feishu is told not to offer it at all', async () => {
    const person = await scene.askedPerson()
    expect(cardAt(person.session)).toMatchObject({ config: { enable_forward: false } })
  })
})

describe('A2: a link is forwarded to a stranger, who consents', () => {
  it('the link of the card', async () => {
    const person = await scene.askedPerson()
    const stranger = scene.newcomer()
    const opened = await scene.visit(scene.linkOf(person.session))
    const page = await consentAsStranger(locationOf(opened), stranger)
    expect(page).toMatchObject({ status: 403, heading: headingOf('wrong_account') })
    await expectRefused(person, stranger)
    await scene.completes(person)
  })

  it('the authorize page that is open already', async () => {
    const person = await scene.askedPerson()
    const stranger = scene.newcomer()
    const page = await consentAsStranger(person.authorizeUrl, stranger)
    expect(page).toMatchObject({ status: 403, heading: headingOf('wrong_account') })
    await expectRefused(person, stranger)
    await scene.completes(person)
  })

  it.each(['completed', 'declined', 'withdrawn', 'timed out'] as const)(
    'either of them after the session was %s, which leads nowhere',
    async (end) => {
      const person = await scene.askedPerson()
      const stranger = scene.newcomer()
      await endIt(person, end)
      const link = await scene.visit(scene.linkOf(person.session))
      expect(link.response.headers.get('location')).toBeNull()
      const redirect = await scene.approve(person.authorizeUrl, stranger)
      const page = await scene.visit(redirect)
      expect(page.heading).not.toBe(headingOf('completed'))
      expect(page.heading).toBe(link.heading)
      // Its code was not even spent, so that there is nothing to revoke.
      await expectNothingFor(scene, stranger)
      expect(await scene.session(person.session.session_id)).not.toMatchObject({ state: 'pending' })
    },
  )
})

describe("A3: the victim completes the attacker's request", () => {
  it('and nothing of theirs gets into the hands of the attacker', async () => {
    const victim = await scene.askedPerson()
    await scene.completes(victim)
    const token = await readToken(scene.service, victim.openId)
    const attacker = await scene.askedPerson()
    const page = await consentAsStranger(attacker.authorizeUrl, victim.openId)
    expect(page).toMatchObject({ status: 403, heading: headingOf('wrong_account') })
    await strayIsDead()
    await expectNothingFor(scene, attacker.openId)
    expect(await failuresOf(scene, attacker)).toEqual(['identity_mismatch'])
    // What they had granted before goes on working.
    expect(await readToken(scene.service, victim.openId)).toBe(token)
    expect(sim().tokenOwner(token)).toMatchObject({ openId: victim.openId, works: true })
  })
})

describe('A5: in a group, somebody else is faster than the person asked', () => {
  it('and the request stays open for the one it is for, who then completes it', async () => {
    const [target, bystander] = [scene.newcomer(), scene.newcomer()]
    const session = await scene.service.ask(target, { chat_id: GROUP })
    const card = messageIdOf(session)
    const declined = await click(card, bystander, { text: 'Not now' })
    expect(declined).toMatchObject({ toast: { type: 'warning' } })
    const page = await consentAsStranger(await openCard(card, bystander), bystander)
    expect(page).toMatchObject({ status: 403, heading: headingOf('wrong_account') })
    await expectRefused({ openId: target, session }, bystander)
    expect(await scene.session(session.session_id)).toMatchObject({ state: 'pending' })

    const redirect = await scene.approve(await openCard(card, target), target)
    expect(await scene.visit(redirect)).toMatchObject({ heading: headingOf('completed') })
    expect(await scene.session(session.session_id)).toMatchObject({ state: 'completed' })
    const token = await readToken(scene.service, target)
    expect(sim().tokenOwner(token)).toMatchObject({ openId: target, works: true })
    await expectNothingFor(scene, bystander)
  })

  it.each(['the bystander', 'the person asked'])(
    'at the very same moment, %s first',
    async (first) => {
      const [target, bystander] = [scene.newcomer(), scene.newcomer()]
      const session = await scene.service.ask(target, { chat_id: GROUP })
      const card = messageIdOf(session)
      const people = first === 'the bystander' ? [bystander, target] : [target, bystander]
      const redirects: string[] = []
      for (const openId of people) {
        redirects.push(await scene.approve(await openCard(card, openId), openId))
      }
      await Promise.all(redirects.map((redirect) => scene.visit(redirect)))
      expect(await scene.session(session.session_id)).toMatchObject({ state: 'completed' })
      const token = await readToken(scene.service, target)
      expect(sim().tokenOwner(token)).toMatchObject({ openId: target, works: true })
      await expectNothingFor(scene, bystander)
    },
  )
})

describe('A6: the same person id in another tenant', () => {
  it('is nobody who was asked', async () => {
    const person = await scene.askedPerson()
    // A tap tells the tenant of the person.
    const value = { action: 'check_again', session: person.session.session_id }
    await click(messageIdOf(person.session), person.openId, { value })
    sim().setPerson({ openId: person.openId, tenantKey: 'another-tenant' })
    const page = await scene.visit(await scene.approve(person.authorizeUrl, person.openId))
    expect(page).toMatchObject({ status: 403, heading: headingOf('wrong_account') })
    await strayIsDead()
    await expectNothingFor(scene, person.openId)
    expect(await failuresOf(scene, person)).toEqual(['identity_mismatch'])
    sim().setPerson({ openId: person.openId, tenantKey: TENANT })
    await scene.completes(person)
  })
})

/** A stranger agrees on this page, and their browser brings the answer back. */
async function consentAsStranger(authorizeUrl: string, stranger: string): Promise<Page> {
  return scene.visit(await scene.approve(authorizeUrl, stranger))
}

/** Nothing was saved for either of the two, what was issued is dead, and the record tells of it. */
async function expectRefused(
  person: Pick<AskedPerson, 'openId' | 'session'>,
  stranger: string,
): Promise<void> {
  await strayIsDead()
  await expectNothingFor(scene, stranger)
  await expectNothingFor(scene, person.openId)
  expect(await failuresOf(scene, person)).toEqual(['identity_mismatch'])
}

/** The token that was issued last must be of no use to anybody. */
async function strayIsDead(): Promise<void> {
  const stray = scene.newestToken()
  await eventually(() => sim().tokenOwner(stray)?.works === false)
}

/** The same card in the chat of somebody else, as forwarding would have it; resolves with the message. */
async function forwardTo(openId: string, session: SessionJson): Promise<string> {
  const { send } = createMessageCalls(scene.service.emulator)
  const content = JSON.stringify(cardAt(session))
  await send({ receive_id: openId, msg_type: 'interactive', content })
  const messageId = sim().messages().at(-1)?.message_id ?? ''
  expect(messageId).not.toBe(messageIdOf(session))
  return messageId
}

/** Opens the link of a card in the browser of whoever taps it; gives the authorize page it leads to. */
async function openCard(messageId: string, openId: string): Promise<string> {
  const tapped = await click(messageId, openId, { text: 'Authorize' })
  if (!('openUrl' in tapped)) throw new Error('the button opens no link')
  const link = new URL(tapped.openUrl)
  return locationOf(await scene.visit(link.searchParams.get('url') ?? link.href))
}

function click(messageId: string, openId: string, button: ButtonChoice) {
  return sim().click({ messageId, openId, button })
}

async function endIt(
  person: AskedPerson,
  end: 'completed' | 'declined' | 'withdrawn' | 'timed out',
): Promise<void> {
  const { openId, session } = person
  if (end === 'completed') await scene.completes(person)
  if (end === 'declined') await click(messageIdOf(session), openId, { text: 'Not now' })
  if (end === 'withdrawn') {
    const path = `/v1/sessions/${session.session_id}/invalidate`
    await scene.service.api(path, { method: 'POST' })
  }
  if (end === 'timed out') await scene.secondsLater(601)
}

function locationOf({ response }: Page): string {
  return response.headers.get('location') ?? ''
}

function cardAt(session: SessionJson) {
  const id = messageIdOf(session)
  return sim()
    .messages()
    .find(({ message_id }) => message_id === id)?.content
}

function messageIdOf({ card }: SessionJson): string {
  const id = typeof card === 'object' && card && 'message_id' in card ? card.message_id : null
  if (typeof id !== 'string') throw new Error('the session has no card')
  return id
}
