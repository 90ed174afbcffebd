import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/cli/start-sandbox.ts'

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
    ['zh-CN', 'zh_cn', '你好'],
    ['en-GB', 'en_us', 'Hello'],
    ['ja', 'ja_jp', 'こんにちは'],
    ['de-DE', 'en_us', 'Hello'],
  ])('greets a reader of %s first', async (language, locale, hello) => {
    const { emulator } = await start({ language })
    expect(emulator.people.map((person) => person.locale)[0]).toBe(locale)
    expect(String(emulator.sim.messages()[0]?.content.text)).toContain(hello)
  })

  async function start(options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
    const sandbox = await startSandbox({ port: 0, servicePort: 0, metricsPort: 0, ...options })
    open.push(sandbox)
    return sandbox
  }
})

function portOf(url: string): number {
  return Number(new URL(url).port)
}

async function isReady({ serviceUrl }: Sandbox): Promise<boolean> {
  return (await fetch(`${serviceUrl}/readyz`)).ok
}
