import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { FeishuEmulator } from '../../src/emulator/index.ts'
import {
  chatCard,
  chatDeclinedCard,
  chatGreenCard,
  hostileText,
} from '../support/chat-page-cards.ts'
import { browserMissing, launchChromium } from '../support/chromium.ts'
import { createEmulatorBench, someone } from '../support/emulator-bench.ts'
import { createMessageCalls, newestMessageId } from '../support/message-calls.ts'

const bench = createEmulatorBench()
let browser: Browser
let emulator: FeishuEmulator
let problems: string[]

const title = browserMissing ? `the chat page (skipped: ${browserMissing})` : 'the chat page'

describe.skipIf(browserMissing !== undefined)(title, () => {
  beforeAll(async () => {
    browser = await launchChromium()
  })
  beforeEach(async () => {
    problems = []
    emulator = await bench.start()
    await createMessageCalls(emulator).sendCard(chatCard(applink(authorizeUrl())))
  })
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()))
    await bench.close()
    expect(problems).toEqual([])
  })
  afterAll(() => browser.close())

  it('draws the card with real buttons, in the language of the reader', async () => {
    const page = await open()
    const log = page.getByRole('log')
    await log.getByRole('heading', { name: 'Authorization request' }).waitFor()
    expect(await log.getByRole('strong').innerText()).toBe('Bot')
    expect(await log.getByRole('listitem').allInnerTexts()).toEqual(['one *star*', 'two'])
    expect(await log.getByText('quoted').isVisible()).toBe(true)
    expect(await log.getByText(/^19(69-12-31|70-01-01)$/).isVisible()).toBe(true)
    expect(await log.getByText('Not drawn in the sandbox: img').isVisible()).toBe(true)
    await page.getByLabel('Language').selectOption({ label: '日本語' })
    await log.getByRole('button', { name: '許可する', exact: true }).waitFor()
    await page.getByText('サンドボックスです。Feishu ではありません。').waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('ja-JP')
  })

  it('keeps the filled button filled under the pointer', async () => {
    const page = await open()
    const button = page.getByRole('button', { name: 'Authorize', exact: true })
    const fill = () =>
      button.evaluate(
        (node) => node.ownerDocument.defaultView?.getComputedStyle(node).backgroundColor,
      )
    const before = await fill()
    await button.hover()
    expect(await fill()).toBe(before)
  })

  it('shows hostile card text as text', async () => {
    const page = await open()
    await page.getByText(hostileText.replace(/\[click\].*/, 'click')).waitFor()
    expect(await page.getByRole('log').locator('img, script, a').count()).toBe(0)
    expect(await page.evaluate('window.pwned')).toBeUndefined()
  })

  it('asks before a tap that wants it, then shows the toast and the new card', async () => {
    const taps: unknown[] = []
    await bench.connect(emulator, {
      'card.action.trigger': async (tap) => {
        taps.push(tap.operator, tap.action)
        const toast = { type: 'success', content: 'ok', i18n: { en_us: 'As you wish' } }
        return { toast, card: { type: 'raw', data: chatDeclinedCard } }
      },
    })
    const page = await open()
    const notNow = page.getByRole('button', { name: 'Not now' })
    await notNow.click()
    await page.getByRole('dialog', { name: 'Not now?' }).waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => isFocused(notNow)).toBe(true)
    expect(taps).toEqual([])
    await notNow.click()
    await page.getByRole('button', { name: 'Confirm' }).click()
    await page.getByRole('status').getByText('As you wish').waitFor()
    await page.getByRole('heading', { name: 'Declined' }).waitFor()
    expect(taps).toMatchObject([{ open_id: someone(emulator).openId }, { value: {} }])
    expect(await isFocused(page.getByRole('article'))).toBe(true)
  })

  it("shows Feishu's code when nobody answers a tap", async () => {
    const page = await open()
    await page.getByRole('button', { name: 'Not now' }).click()
    await page.getByRole('button', { name: 'Confirm' }).click()
    await page
      .getByRole('status')
      .getByText(/Error code: 200\d{3}/)
      .waitFor()
  })

  it('opens the page inside an applink, where consent knows who taps', async () => {
    const page = await open()
    await page.getByLabel('I am').selectOption({ label: 'Alex Chen' })
    await page.getByRole('button', { name: /^Lin Xia/ }).waitFor()
    await createMessageCalls(emulator).send({
      receive_id: emulator.people[1]?.openId,
      msg_type: 'interactive',
      content: JSON.stringify(chatCard(applink(authorizeUrl()))),
    })
    const opened = page.context().waitForEvent('page')
    await page.getByRole('button', { name: 'Authorize', exact: true }).click()
    const consent = await opened
    expect(await consent.getByRole('radio', { checked: true }).getAttribute('value')).toBe(
      emulator.people[1]?.openId,
    )
    await consent.getByRole('button', { name: 'Deny', exact: true }).waitFor()
    await consent.getByRole('button', { name: 'Authorize', exact: true }).waitFor()
  })

  it('keeps person, language and theme over a reload', async () => {
    const page = await open()
    await page.getByLabel('I am').selectOption({ label: 'Sato Aoi' })
    await page.getByRole('button', { name: 'Switch between light and dark' }).click()
    await page.getByLabel('Language').selectOption({ label: '中文' })
    await page.reload()
    await page
      .getByRole('option', { name: '佐藤 葵', selected: true })
      .waitFor({ state: 'attached' })
    expect(await page.getByLabel('语言').inputValue()).toBe('zh_cn')
    expect(await page.evaluate('getComputedStyle(document.documentElement).colorScheme')).toBe(
      'dark',
    )
  })

  it('writes to the bot and hears it live, with a dot on conversations not in view', async () => {
    const calls = createMessageCalls(emulator)
    await bench.connect(emulator, {
      'im.message.receive_v1': async () => {
        await calls.send({ content: '{"text":"hello to you"}' })
        await calls.send({ receive_id: emulator.people[1]?.openId })
      },
    })
    const page = await open()
    await page.getByRole('textbox', { name: 'Write to the bot' }).fill('good morning')
    await page.keyboard.press('Enter')
    await page.getByRole('log').getByText('good morning').waitFor()
    await page.getByRole('log').getByText('hello to you').waitFor()
    const other = page.getByRole('button', { name: /^Alex Chen.*unread$/ })
    await other.click()
    await page.getByRole('button', { name: /^Alex Chen you/ }).waitFor()
    expect(await other.count()).toBe(0)
  })

  it('points at Authorize first, and at the token once the card is green', async () => {
    const page = await open()
    await page.getByText(/^Start here/).waitFor()
    emulator.sim.setHints({ curl: 'curl http://127.0.0.1:1/token' })
    await createMessageCalls(emulator).patch(newestMessageId(emulator), chatGreenCard)
    await page.getByText('curl http://127.0.0.1:1/token').waitFor()
    expect(await page.getByText(/^Start here/).count()).toBe(0)
    await page.getByRole('button', { name: 'Got it' }).click()
    await page.reload()
    await page.getByRole('heading', { name: 'Authorized' }).waitFor()
    expect(await page.getByText('curl http://127.0.0.1:1/token').count()).toBe(0)
  })

  it('shows what crossed the wire for one message, or for all', async () => {
    const page = await open()
    const inspector = page.getByRole('complementary', { name: 'Inspector' })
    await inspector.getByText('POST /open-apis/auth/v3/tenant_access_token/internal').waitFor()
    await page.getByRole('button', { name: 'Inspect this message' }).click()
    await inspector.getByText('"template": "blue"').waitFor()
    expect(await inspector.getByText('tenant_access_token').count()).toBe(0)
    await inspector.getByRole('button', { name: 'Show everything' }).click()
    await inspector.getByText('POST /open-apis/auth/v3/tenant_access_token/internal').waitFor()
    await page.keyboard.press('Escape')
    await inspector.waitFor({ state: 'hidden' })
    expect(await isFocused(page.getByRole('button', { name: 'Inspector' }))).toBe(true)
  })

  it('breaks Feishu and moves its clock', async () => {
    const page = await open()
    await page.getByRole('button', { name: 'What if…' }).click()
    await page.getByRole('switch', { name: 'Feishu is down' }).check()
    await page.getByRole('switch', { name: 'Feishu is slow' }).check()
    const strikes = async (path: string) => (await fetch(`${emulator.url}/open-apis${path}`)).status
    await expect.poll(() => emulator.sim.state().faults.at(-1)?.delay_ms).toBe(2500)
    expect(await strikes('/im/v1/messages/om_1')).toBe(503)
    expect(await strikes('/authen/v1/user_info')).toBe(503)
    expect(await strikes('/authen/v1/authorize')).toBe(400)
    await page.getByRole('switch', { name: 'Feishu is down' }).uncheck()
    await expect.poll(() => emulator.sim.state().faults).toMatchObject([{ delay_ms: 2500 }])
    await page.getByRole('button', { name: '+8 d' }).click()
    await expect.poll(() => emulator.sim.state().clock.offset_seconds).toBe(691_200)
    await page.getByRole('button', { name: 'back', exact: true }).click()
    await expect.poll(() => emulator.sim.state().clock.offset_seconds).toBe(0)
  })

  it('reads everything again when the emulator comes back', async () => {
    const page = await open()
    await page.getByRole('heading', { name: 'Authorization request' }).waitFor()
    const port = Number(new URL(emulator.url).port)
    await emulator.close()
    await page.getByRole('alert').waitFor()
    const successor = await bench.start({ port })
    await createMessageCalls(successor).send({ content: '{"text":"I am back"}' })
    await page.getByRole('log').getByText('I am back').waitFor()
    expect(await page.getByRole('heading', { name: 'Authorization request' }).count()).toBe(0)
    problems = problems.filter((problem) => !problem.includes('net::ERR_'))
  })

  it('does not go back to an older card when a slow read comes in', async () => {
    const page = await open()
    const card = page.getByRole('log')
    await card.getByRole('heading', { name: 'Authorization request' }).waitFor()
    await page.route('**/sim/state', async (route) => {
      const old = await route.fetch()
      await createMessageCalls(emulator).patch(newestMessageId(emulator), chatDeclinedCard)
      await card.getByRole('heading', { name: 'Declined' }).waitFor()
      await route.fulfill({ response: old })
    })
    emulator.sim.setPerson({ openId: someone(emulator).openId, name: 'Renamed', enName: 'Renamed' })
    await page.getByRole('button', { name: /^Renamed/ }).waitFor()
    expect(await card.getByRole('heading').allInnerTexts()).toEqual(['Declined'])
  })

  it('keeps still for readers who prefer less motion', async () => {
    const page = await open()
    await page.getByText(/^Start here/).waitFor()
    const moving = `[...document.querySelectorAll('*')]
      .filter((part) => getComputedStyle(part).animationName !== 'none').map((part) => part.className)`
    expect(await page.evaluate(moving)).toEqual([])
  })

  it('fits a phone in one column', async () => {
    const page = await open({ viewport: { width: 320, height: 640 } })
    await page.getByRole('button', { name: 'Authorize', exact: true }).waitFor()
    expect(await page.getByRole('navigation').isVisible()).toBe(false)
    const overflow = `[...document.querySelectorAll('html, .log, .top-bar, .card')]
      .filter((part) => part.scrollWidth > part.clientWidth).map((part) => part.className)`
    expect(await page.evaluate(overflow)).toEqual([])
    await page.getByRole('button', { name: 'Back to conversations' }).click()
    await page.getByRole('button', { name: /^Project Aurora/ }).click()
    await page.getByText('No messages yet. Say hello!').waitFor()
  })
})

async function open(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({
    locale: 'en-US',
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
    ...options,
  })
  context.on('console', (line) => {
    if (line.type() === 'error' || line.type() === 'warning') problems.push(line.text())
  })
  context.on('weberror', (error) => problems.push(error.error().message))
  const page = await context.newPage()
  await page.goto(emulator.url)
  await page.getByRole('log').waitFor()
  await page.locator('.conversation').first().waitFor({ state: 'attached' })
  return page
}

function isFocused(part: ReturnType<Page['getByRole']>): Promise<boolean> {
  return part.evaluate((node) => node.matches(':focus'))
}

function authorizeUrl(): string {
  const query = new URLSearchParams({
    client_id: emulator.app.appId,
    response_type: 'code',
    redirect_uri: 'http://127.0.0.1:1/callback',
    scope: 'offline_access',
    state: 'a-state',
  })
  return `${emulator.url}/open-apis/authen/v1/authorize?${query}`
}

function applink(url: string): string {
  const query = new URLSearchParams({ mode: 'sidebar-semi', url })
  return `https://applink.feishu.cn/client/web_url/open?${query}`
}
