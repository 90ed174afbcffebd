import { mkdirSync } from 'node:fs'
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { type Sandbox, startSandbox } from '../../src/cli/start-sandbox.ts'

/** A person at the sandbox's chat page, in a browser of their own. */
export type Visit = {
  sandbox: Sandbox
  chat: Page
  /** The newest card in the open conversation. */
  card: Locator
  /** A button of the newest card. */
  button(name: string): Locator
  /** Waits until the newest card has this title. */
  cardSays(title: string): Promise<void>
  /** Writes to the bot. */
  write(text: string): Promise<void>
  /** Does what opens a page, and resolves with that page. */
  opens(act: () => Promise<void>): Promise<Page>
  /** What `/v1/tokens` answers about a person, with its status. */
  tokenOf(openId: string): Promise<Record<string, unknown>>
  /** Keeps a picture of a page in light and in dark, for people to look at; only when `PICTURES` is set, for it takes a while. */
  keep(page: Page, name: string): Promise<void>
  /** What no visitor should ever cause: console errors, exceptions, requests to other machines. */
  problems: string[]
  close(): Promise<void>
}

const PICTURES = 'test-output/screenshots'

/** Starts a sandbox on free ports and opens its chat page. */
export async function visitSandbox(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const sandbox = await startSandbox({ port: 0, servicePort: 0, metricsPort: 0, language: 'en' })
  const context = await browser.newContext({
    locale: 'en-US',
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
    ...options,
  })
  const problems = watchProblems(context, sandbox)
  const chat = await context.newPage()
  await chat.goto(sandbox.chatUrl)
  const cards = chat.getByRole('log').getByRole('article')
  await cards.first().waitFor()
  const card = cards.last()

  return {
    sandbox,
    chat,
    card,
    problems,
    button: (name) => card.getByRole('button', { name, exact: true }),
    cardSays: (name) => card.getByRole('heading', { name, exact: true }).waitFor(),
    async write(text) {
      await chat.locator('#compose').fill(text)
      await chat.keyboard.press('Enter')
    },
    async opens(act) {
      const [page] = await Promise.all([context.waitForEvent('page'), act()])
      await page.waitForLoadState()
      return page
    },
    async tokenOf(openId) {
      const headers = { authorization: `Bearer ${sandbox.apiKey}` }
      const answer = await fetch(`${sandbox.serviceUrl}/v1/tokens/${openId}`, { headers })
      const body: Record<string, unknown> = JSON.parse(await answer.text())
      return { ...body, status: answer.status }
    },
    async keep(page, name) {
      if (!process.env.PICTURES) return
      mkdirSync(PICTURES, { recursive: true })
      for (const colorScheme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme })
        await page.screenshot({ path: `${PICTURES}/${name}.${colorScheme}.png` })
      }
    },
    async close() {
      await context.close()
      await sandbox.close()
    },
  }
}

function watchProblems(context: BrowserContext, { serviceUrl }: Sandbox): string[] {
  const problems: string[] = []
  context.on('console', (line) => {
    // The browser notes the status of every page that says what went wrong.
    const isPageOfOurs = line.location().url.startsWith(serviceUrl)
    if (isPageOfOurs && line.text().startsWith('Failed to load resource')) return
    if (line.type() === 'error' || line.type() === 'warning') problems.push(line.text())
  })
  context.on('weberror', (error) => problems.push(error.error().message))
  context.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url())
    if (protocol !== 'data:' && hostname !== '127.0.0.1') problems.push(`asked ${hostname}`)
  })
  return problems
}
