import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { generateKey } from '../../src/auth/token-cipher.ts'
import { type FeishuEmulator, startFeishuEmulator } from '../../src/emulator/index.ts'
import { freePort } from '../support/free-port.ts'
import { createPerson } from '../support/processes/person.ts'
import { runScript } from '../support/processes/service-process.ts'
import { until } from '../support/processes/until.ts'
import { blocksOf, readPage, root } from './markdown.ts'
import { SAMPLE_PATHS } from './sample-paths.ts'

const LIN_XIA = 'ou_11111111111111111111111111111111'
const PATIENCE_SECONDS = 60

describe('the bot of the README', { timeout: 180_000 }, () => {
  let folder: string
  let script: string
  let emulator: FeishuEmulator
  let bot: ReturnType<typeof runScript>

  beforeAll(() => {
    const home = join(root, 'test-output')
    mkdirSync(home, { recursive: true })
    // Inside the repository, where its imports find their packages.
    folder = mkdtempSync(join(home, 'readme-bot-'))
    script = join(folder, 'bot.ts')
    const bots = blocksOf(readPage('README.md'), 'ts').filter(({ text }) =>
      text.includes('createCardAuth('),
    )
    expect(bots).toHaveLength(1)
    writeFileSync(script, bots[0]?.text ?? '')
    const compilerOptions = { paths: SAMPLE_PATHS }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  beforeEach(async () => {
    emulator = await startFeishuEmulator()
    const port = await freePort()
    bot = runScript(script, [], {
      TSX_TSCONFIG_PATH: join(folder, 'tsconfig.json'),
      FEISHU_APP_ID: emulator.app.appId,
      FEISHU_APP_SECRET: emulator.app.appSecret,
      FEISHU_API_BASE_URL: emulator.url,
      FEISHU_ACCOUNTS_BASE_URL: emulator.url,
      OAUTH_REDIRECT_URI: `http://127.0.0.1:${port}/callback`,
      CALLBACK_SERVER_PORT: String(port),
      DATABASE_URL: 'file::memory:',
      TOKEN_ENCRYPTION_KEYS: generateKey(),
    })
    await soon('the bot is connected', isConnected)
  })
  afterEach(async () => {
    bot.child.kill('SIGKILL')
    await bot.exited
    await emulator.close()
  })

  it('asks, and acts for the person who agreed', async () => {
    const person = createPerson(emulator, LIN_XIA)
    await emulator.sim.say({ openId: LIN_XIA, text: 'hello' })
    await soon('a card came', () => person.colour() === 'blue')
    const page = await fetch(await person.consents())
    expect(page.status).toBe(200)
    await soon('the card is green', () => person.colour() === 'green')
    await soon('the bot knows whom it acts for', () => heard('I can act as 林夏 now.'))

    // The token is kept: writing again asks nothing.
    await emulator.sim.say({ openId: LIN_XIA, text: 'hello again' })
    await soon('the bot answers at once', () => count('I can act as 林夏 now.') === 2)
    expect(person.cards()).toBe(1)
  })

  it('takes no for an answer, and closes when it is told to', async () => {
    const person = createPerson(emulator, LIN_XIA)
    await emulator.sim.say({ openId: LIN_XIA, text: 'hello' })
    await soon('a card came', () => person.colour() === 'blue')
    const answer = await person.taps('Not now')
    expect(answer).toMatchObject({ toast: { type: 'info' } })
    await soon('the bot accepts it', () => heard('All right. Nothing was shared.'))

    bot.child.kill('SIGTERM')
    expect(await bot.exited).toEqual({ code: 0, signal: null })
  })

  /** A machine that runs every test at once starts a process slowly. */
  function soon(what: string, look: () => boolean): Promise<boolean> {
    return until(what, look, PATIENCE_SECONDS)
  }

  function isConnected(): boolean {
    if (bot.child.exitCode !== null) throw new Error(`the bot ended at its start:\n${bot.output()}`)
    return emulator.sim.state().connections.length > 0
  }

  function count(text: string): number {
    return emulator.sim.messages().filter(({ content }) => content.text === text).length
  }

  function heard(text: string): boolean {
    return count(text) > 0
  }
})
