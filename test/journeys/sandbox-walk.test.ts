import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { browserMissing, launchChromium } from '../support/chromium.ts'
import { LANGUAGES } from '../support/sandbox-languages.ts'
import { type Visit, visitSandbox } from '../support/sandbox-visit.ts'

let browser: Browser
let visit: Visit

const title = browserMissing ? `the sandbox (skipped: ${browserMissing})` : 'the sandbox'

describe.skipIf(browserMissing !== undefined)(title, { timeout: 120_000 }, () => {
  beforeAll(async () => {
    vi.stubEnv('LOG_LEVEL', 'silent')
    browser = await launchChromium()
  })
  afterEach(async () => {
    await visit.close()
    expect(visit.problems).toEqual([])
  })
  afterAll(async () => {
    vi.unstubAllEnvs()
    await browser.close()
  })

  it.each(LANGUAGES)('walks a person through every outcome in $locale', async (say) => {
    visit = await visitSandbox(browser, { locale: say.locale })
    const { chat, card, button, cardSays, opens, tokenOf } = visit
    const keep = (page: Page, step: string) => visit.keep(page, `${say.locale}-${step}`)

    await cardSays(say.ask)
    await chat.getByText(say.greeting).waitFor()
    await chat.getByText(say.hint).waitFor()
    await keep(chat, '1-first-view')

    const page = await opens(() => button(say.authorize).click())
    const me = await consentAs(page, say.person)
    await keep(page, '2-consent')
    await page.getByRole('button', { name: say.authorize, exact: true }).click()
    await page.getByRole('heading', { name: say.done, exact: true }).waitFor()
    expect(new URL(page.url()).search).toBe('')
    await keep(page, '3-authorized-page')
    await page.getByRole('link', { name: say.back }).click()
    await page.getByRole('log').getByRole('heading', { name: say.done, exact: true }).waitFor()
    await page.close()

    await cardSays(say.done)
    expect(await chat.getByText(/^curl/).innerText()).toBe(visit.sandbox.curlFor(me))
    expect(await tokenOf(me)).toMatchObject({ status: 200, open_id: me })
    await keep(chat, '4-authorized-card')

    await visit.write('/auth')
    await cardSays(say.ask)
    await button(say.notNow).click()
    await keep(chat, '5-confirm')
    await chat.getByRole('button', { name: say.confirm, exact: true }).click()
    await chat.getByRole('status').getByText(say.declinedToast).waitFor()
    await cardSays(say.declined)
    await keep(chat, '6-declined-card')

    await button(say.afterAll).click()
    await cardSays(say.ask)
    await chat.getByRole('button', { name: say.tenMinutes, exact: true }).click()
    await cardSays(say.expired)
    await keep(chat, '7-expired-card')
    await button(say.sendAgain).click()
    await cardSays(say.ask)

    const wrong = await opens(() => button(say.authorize).click())
    const other = await consentAs(wrong, say.other)
    const before = await tokenOf(me)
    const answer = wrong.waitForResponse(/\/callback/)
    await wrong.getByRole('button', { name: say.authorize, exact: true }).click()
    expect((await answer).status()).toBe(403)
    await wrong.getByRole('heading', { name: say.wrongAccount }).waitFor()
    await keep(wrong, '8-wrong-account-page')
    await wrong.close()
    const notice = card.locator('.columns', { hasText: say.wrongLine })
    await notice.waitFor()
    expect(await isYellow(notice)).toBe(true)
    expect(await tokenOf(other)).toMatchObject({ status: 404, code: 'authorization_required' })
    expect(await tokenOf(me)).toEqual(before)
    await keep(chat, '9-asking-again')
  })

  it('declines on the consent page, and sends a new card from the page', async () => {
    visit = await visitSandbox(browser)
    const { chat, button, cardSays, opens, keep } = visit
    const page = await opens(() => button('Authorize').click())
    await page.getByRole('button', { name: 'Deny', exact: true }).click()
    await page.getByRole('heading', { name: 'Declined. Nothing was shared' }).waitFor()
    await cardSays('Declined')
    await keep(page, 'page-declined')
    await page.getByRole('button', { name: 'Send me a new card' }).click()
    await page.getByRole('heading', { name: 'A new card is on its way' }).waitFor()
    await keep(page, 'page-card-sent')
    await cardSays('Authorization request')
    expect(await chat.getByRole('log').getByRole('article').count()).toBe(2)
  })

  it('replaces the private request by one in a group, where nobody else can answer it', async () => {
    visit = await visitSandbox(browser)
    const { chat, button, cardSays, keep } = visit
    await visit.write('/auth')
    await chat.getByRole('log').getByText('Your card is still waiting for you.').waitFor()
    await chat.getByRole('button', { name: /^Project Aurora/ }).click()
    await visit.write('/auth')
    await cardSays('Authorization request')
    await chat.getByRole('button', { name: 'What if…' }).click()
    await chat.getByLabel('My next tap is made by').selectOption({ label: 'Lin Xia' })
    await keep(chat, 'what-if')
    await chat.keyboard.press('Escape')
    await button('Not now').click()
    await chat.getByRole('button', { name: 'Confirm' }).click()
    await chat.getByRole('status').getByText('This request is for someone else.').waitFor()
    await keep(chat, 'bystander')
    await cardSays('Authorization request')
    await button('Not now').click()
    await chat.getByRole('button', { name: 'Confirm' }).click()
    await cardSays('Declined')
    await chat.getByRole('button', { name: /^Alex Chen/ }).click()
    await cardSays('Replaced by a newer request')
    await keep(chat, 'superseded')
  })

  it('copes with Feishu being down, and recovers', async () => {
    visit = await visitSandbox(browser)
    const { chat, card, button, cardSays, opens, keep } = visit
    const page = await opens(() => button('Authorize').click())
    await chat.getByRole('button', { name: 'What if…' }).click()
    const down = chat.getByRole('switch', { name: 'Feishu is down' })
    await down.check()
    await page.getByRole('button', { name: 'Authorize', exact: true }).click()
    await page.getByRole('heading', { name: 'Feishu is not responding right now' }).waitFor()
    await keep(page, 'page-feishu-trouble')
    await down.uncheck()
    await chat.keyboard.press('Escape')
    await card.getByText(/^Feishu is not responding right now/).waitFor()
    await keep(chat, 'card-feishu-trouble')
    await page.getByRole('link', { name: 'Try again' }).click()
    await page.getByRole('button', { name: 'Authorize', exact: true }).click()
    await page.getByRole('heading', { name: 'Authorized', exact: true }).waitFor()
    await cardSays('Authorized')
  })

  it('follows the reader to another language, up to the consent page', async () => {
    visit = await visitSandbox(browser)
    const { chat, button, cardSays, opens } = visit
    await chat.getByLabel('Language').selectOption({ label: '中文' })
    await cardSays('授权请求')
    const chinese = await opens(() => button('授权').click())
    await chinese.getByRole('group', { name: '以谁的身份授权' }).waitFor()
    await chinese.close()
    await chat.getByLabel('语言').selectOption({ label: '日本語' })
    await cardSays('認可リクエスト')
    const japanese = await opens(() => button('許可する').click())
    await japanese.getByRole('group', { name: 'あなたは誰ですか' }).waitFor()
  })

  it.each([375, 320])('fits a phone %i pixels wide, on every page', async (width) => {
    const viewport = { width, height: width === 375 ? 667 : 568 }
    visit = await visitSandbox(browser, { viewport, isMobile: true, hasTouch: true })
    const { chat, button, cardSays, opens } = visit
    const fits = async (page: Page, step: string) => {
      await visit.keep(page, `phone-${width}-${step}`)
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
    }
    expect(await isInView(button('Authorize'))).toBe(true)
    await fits(chat, '1-first-view')
    const page = await opens(() => button('Authorize').tap())
    await fits(page, '2-consent')
    await page.getByRole('button', { name: 'Authorize', exact: true }).tap()
    await page.getByRole('heading', { name: 'Authorized', exact: true }).waitFor()
    await fits(page, '3-authorized-page')
    await page.getByRole('link', { name: 'Back to Feishu' }).tap()
    await page.getByText(/^curl/).waitFor()
    await fits(page, '4-authorized-card')
    await page.close()
    await cardSays('Authorized')
    await chat.getByRole('button', { name: 'What if…' }).tap()
    await chat.getByRole('button', { name: '+8 d' }).waitFor()
    await fits(chat, '5-what-if')
  })

  it('needs no mouse', async () => {
    visit = await visitSandbox(browser)
    const { chat, button, cardSays, opens } = visit
    await tabTo(chat, button('Authorize'))
    const page = await opens(() => chat.keyboard.press('Enter'))
    await tabTo(page, page.getByRole('radio', { name: 'Alex Chen' }))
    await tabTo(page, page.getByRole('button', { name: 'Authorize', exact: true }))
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Authorized', exact: true }).waitFor()
    expect(await hasFocus(page.getByRole('heading', { name: 'Authorized' }))).toBe(true)
    await tabTo(page, page.getByRole('link', { name: 'Back to Feishu' }))
    await page.keyboard.press('Enter')
    await page.getByRole('log').getByRole('heading', { name: 'Authorized' }).waitFor()
    await cardSays('Authorized')
  })
})

/** Chooses who consents and resolves with their open_id. */
async function consentAs(page: Page, person: string): Promise<string> {
  const choice = page.getByRole('radio', { name: person })
  await choice.check()
  return (await choice.getAttribute('value')) ?? ''
}

async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let stop = 0; stop < 40; stop++) {
    await page.keyboard.press('Tab')
    if (await hasFocus(target)) return
  }
  throw new Error(`${target} cannot be reached with the Tab key.`)
}

function hasFocus(part: Locator): Promise<boolean> {
  return part.evaluate((node) => node.matches(':focus'))
}

async function isInView(part: Locator): Promise<boolean> {
  const box = await part.boundingBox()
  const viewport = part.page().viewportSize()
  return box !== null && viewport !== null && box.y >= 0 && box.y + box.height <= viewport.height
}

/** Red and green well above blue. */
async function isYellow(part: Locator): Promise<boolean> {
  const colour = await part.evaluate(
    (node) => node.ownerDocument.defaultView?.getComputedStyle(node).backgroundColor,
  )
  const [red = 0, green = 0, blue = 0] = String(colour).match(/\d+/g)?.map(Number) ?? []
  return Math.min(red, green) - blue > 20
}
