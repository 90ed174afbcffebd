import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/cli/start-sandbox.ts'
import type { FeishuEmulator } from '../../src/emulator/index.ts'

describe('starting a sandbox', () => {
  const home = process.cwd()
  let folder: string
  let open: Sandbox[]

  beforeEach(() => {
    open = []
    folder = mkdtempSync(join(tmpdir(), 'sandbox-test-'))
    process.chdir(folder)
    vi.stubEnv('LOG_LEVEL', 'silent')
  })
  afterEach(async () => {
    await Promise.all(open.map((sandbox) => sandbox.close()))
    vi.unstubAllEnvs()
    process.chdir(home)
    rmSync(folder, { recursive: true })
  })

  it('stands beside another one without taking its ports or its database', async () => {
    const first = await start()
    const second = await start({
      port: portOf(first.chatUrl),
      servicePort: portOf(first.serviceUrl),
    })
    expect(portOf(second.chatUrl)).not.toBe(portOf(first.chatUrl))
    expect(second.databasePath).not.toBe(first.databasePath)
    expect(await isReady(first)).toBe(true)
    expect(await isReady(second)).toBe(true)
    await second.close()
    expect(await isReady(first)).toBe(true)
    expect(existsSync(first.databasePath ?? '')).toBe(true)
  })

  it('leaves nothing behind', async () => {
    const sandbox = await start()
    expect(readdirSync('data')).not.toEqual([])
    await sandbox.close()
    expect(readdirSync('.')).toEqual([])
  })

  it('stays in memory where it cannot write', async () => {
    writeFileSync('data', 'a file where the folder should be')
    const sandbox = await start()
    expect(sandbox.databasePath).toBeNull()
    expect(await isReady(sandbox)).toBe(true)
  })

  it('lets nothing leave the machine through a proxy', async () => {
    for (const name of ['http_proxy', 'https_proxy', 'all_proxy']) {
      vi.stubEnv(name, 'http://127.0.0.1:1')
    }
    const sandbox = await start()
    expect(sandbox.emulator.sim.messages().map(({ msg_type }) => msg_type)).toContain('text')
  })

  it.each([
    ['0.0.0.0', true],
    ['127.0.0.1', false],
  ])(
    'that listens on %s is open to others: %s; a browser here comes to 127.0.0.1',
    async (host, isOpen) => {
      const { chatUrl, serviceUrl, metricsUrl } = await start({ host })
      expect(new URL(chatUrl).hostname).toBe('127.0.0.1')
      const paths = { [chatUrl]: '/', [serviceUrl]: '/livez', [metricsUrl]: '/metrics' }
      for (const [url, path] of Object.entries(paths)) {
        const elsewhere = await fetch(`http://127.0.0.2:${portOf(url)}${path}`).then(
          ({ ok }) => ok,
          () => false,
        )
        expect([path, elsewhere]).toEqual([path, isOpen])
      }
    },
  )

  it.each([
    ['zh-CN', 'zh_cn', '你好'],
    ['en-GB', 'en_us', 'Hello'],
    ['ja', 'ja_jp', 'こんにちは'],
    ['de-DE', 'en_us', 'Hello'],
  ])('greets a reader of %s first', async (language, locale, hello) => {
    const { emulator } = await start({ language })
    expect(emulator.people.map((person) => person.locale)[0]).toBe(locale)
    expect(String(emulator.sim.messages()[0]?.content.text)).toContain(hello)
  })

  it('answers /revoke once, and leaves other words to its bot', async () => {
    const { emulator } = await start({ language: 'en' })
    const openId = emulator.people[0]?.openId ?? ''
    const before = textsOf(emulator).length
    await emulator.sim.say({ openId, text: '/revoke' })
    await vi.waitFor(() => expect(textsOf(emulator)).toHaveLength(before + 1), 10_000)
    await emulator.sim.say({ openId, text: 'hello' })
    await vi.waitFor(() => expect(textsOf(emulator)).toHaveLength(before + 2), 10_000)
    expect(textsOf(emulator).slice(before)).toEqual([
      expect.stringContaining('withdrew the request'),
      expect.stringContaining('/revoke takes it back'),
    ])
  })

  it('has a bot that answers once what is pushed to it twice', async () => {
    const { emulator } = await start({ language: 'en' })
    const openId = emulator.people[0]?.openId ?? ''
    const before = textsOf(emulator).length
    emulator.sim.duplicateEvents({ times: 1 })
    for (const [index, text] of ['first', 'second'].entries()) {
      await emulator.sim.say({ openId, text })
      await vi.waitUntil(() => textsOf(emulator).length > before + index, 10_000)
    }
    expect(textsOf(emulator)).toHaveLength(before + 2)
  })

  async function start(options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
    const sandbox = await startSandbox({ port: 0, servicePort: 0, metricsPort: 0, ...options })
    open.push(sandbox)
    return sandbox
  }
})

function textsOf({ sim }: FeishuEmulator): string[] {
  return sim
    .messages()
    .filter(({ msg_type, sender }) => msg_type === 'text' && sender.kind === 'bot')
    .map(({ content }) => String(content.text))
}

function portOf(url: string): number {
  return Number(new URL(url).port)
}

async function isReady({ serviceUrl }: Sandbox): Promise<boolean> {
  return (await fetch(`${serviceUrl}/readyz`)).ok
}
