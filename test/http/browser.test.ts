import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import type { CallbackOutcome } from '../../src/auth/complete-authorization.ts'
import { APP, aSession, fakeAuth, TICKET } from './fake-auth.ts'
import { serve } from './serve.ts'

const QUERY = `?code=a-secret-code&state=${'S'.repeat(43)}`
const app = { ...APP, redirectUri: 'http://127.0.0.1/callback' }
let browser: Browser

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
})
afterAll(() => browser?.close())

/** Opens the callback in a browser of its own, and gathers what the browser complains about. */
async function openCallback(
  outcome: CallbackOutcome,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<{ page: Page; complaints: string[] }> {
  const auth = fakeAuth(
    {
      completeAuthorization: async () => outcome,
      sendAgain: async () => ({ kind: 'sent', session: aSession() }),
    },
    [app],
  )
  const { url } = await serve(auth)
  const context = await browser.newContext({ locale: 'en-US', ...options })
  onTestFinished(() => context.close())
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(`${url}/callback${QUERY}`)
  return { page, complaints }
}

const completed: CallbackOutcome = {
  kind: 'completed',
  session: aSession({ state: 'completed' }),
}

it('takes the code and state out of the address bar, and puts the focus on the heading', async () => {
  const { page, complaints } = await openCallback(completed)
  expect(new URL(page.url()).search).toBe('')
  expect(new URL(page.url()).pathname).toBe('/callback')
  expect(await page.evaluate('document.activeElement.tagName')).toBe('H1')
  await page.getByRole('status').getByRole('heading', { name: 'Authorized' }).waitFor()
  await page.getByRole('link', { name: 'Back to Feishu' }).waitFor()
  expect(complaints).toEqual([])
})

it('says the same without script', async () => {
  const { page } = await openCallback(completed, { javaScriptEnabled: false })
  await page.getByRole('heading', { name: 'Authorized' }).waitFor()
  await page.getByRole('link', { name: 'Back to Feishu' }).waitFor()
})

it('sends a new card at the press of the button', async () => {
  const session = aSession({ state: 'expired', endReason: 'timed_out' })
  const { page } = await openCallback({ kind: 'already_ended', session })
  await page.getByRole('button', { name: 'Send me a new card' }).click()
  await page.getByRole('heading', { name: 'A new card is on its way' }).waitFor()
  expect(new URL(page.url()).pathname).toBe(`/auth/${TICKET}/card`)
})

it('copies the reference number', async () => {
  const { page } = await openCallback(
    { kind: 'failed', session: aSession(), reason: 'internal', error: null },
    { permissions: ['clipboard-read', 'clipboard-write'] },
  )
  await page.getByRole('button', { name: 'Copy' }).click()
  await page.getByRole('button', { name: 'Copied' }).waitFor()
  const copied = await page.evaluate('navigator.clipboard.readText()')
  expect(copied).toBe(await page.locator('code').textContent())
})

it.each(['en-US', 'zh-CN', 'ja-JP'])('fits a small phone in %s', async (locale) => {
  const { page } = await openCallback(
    { kind: 'failed', session: aSession(), reason: 'app_not_installed', error: null },
    { locale, viewport: { width: 320, height: 568 }, colorScheme: 'dark' },
  )
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
  // Chromium lays out in 1/64 px and answers with the difference of two floats: 44 may come as 43.99997.
  const heights = await page
    .locator('a, button:visible')
    .evaluateAll((elements) =>
      elements.map((element) => Math.round(element.getBoundingClientRect().height * 64) / 64),
    )
  expect(heights.length).toBeGreaterThanOrEqual(3)
  for (const height of heights) expect(height).toBeGreaterThanOrEqual(44)
})
