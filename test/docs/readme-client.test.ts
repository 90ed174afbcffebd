import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createPerson, type Person } from '../support/processes/person.ts'
import { runScript } from '../support/processes/service-process.ts'
import { until } from '../support/processes/until.ts'
import { type Service, startService } from '../support/service.ts'
import { blocksOf, readPage, root } from './markdown.ts'
import { SAMPLE_PATHS } from './sample-paths.ts'

const LIN_XIA = 'ou_11111111111111111111111111111111'

describe('the client of the README', { timeout: 120_000 }, () => {
  let folder: string
  let service: Service
  let person: Person

  beforeAll(() => {
    const home = join(root, 'test-output')
    mkdirSync(home, { recursive: true })
    folder = mkdtempSync(join(home, 'readme-client-'))
    const samples = blocksOf(readPage('README.md'), 'ts').filter(({ text }) =>
      text.includes('createCardAuthClient('),
    )
    expect(samples).toHaveLength(1)
    writeFileSync(join(folder, 'client.ts'), samples[0]?.text ?? '')
    const compilerOptions = { paths: SAMPLE_PATHS }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  beforeEach(async () => {
    service = await startService()
    person = createPerson(service.emulator, LIN_XIA)
  })
  afterEach(() => service.close())

  it('waits for the person and has a token', async () => {
    const client = start()
    await until('a card came', () => person.colour() === 'blue', 60)
    await fetch(await person.consents())
    expect(await client.exited).toEqual({ code: 0, signal: null })
    expect(client.output()).toContain('for offline_access, docx:document:readonly.')
  })

  it('takes no for an answer', async () => {
    const client = start()
    await until('a card came', () => person.colour() === 'blue', 60)
    await person.taps('Not now')
    expect(await client.exited).toEqual({ code: 0, signal: null })
    expect(client.output()).toContain('authorization_rejected: The person declined.')
  })

  function start() {
    return runScript(join(folder, 'client.ts'), [], {
      TSX_TSCONFIG_PATH: join(folder, 'tsconfig.json'),
      SERVICE: service.url,
      BOT_KEY: service.apiKey,
      OPEN_ID: LIN_XIA,
    })
  }
})
