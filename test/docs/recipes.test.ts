import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createPerson, type Person } from '../support/processes/person.ts'
import { until } from '../support/processes/until.ts'
import { type Service, startService } from '../support/service.ts'
import { blocksOf, readPage } from './markdown.ts'

type Recipe = {
  language: string
  file: string
  /** The programs it takes to run it, as commands that succeed when they are there. */
  needs: readonly (readonly string[])[]
  command: readonly string[]
}

const RECIPES: Recipe[] = [
  {
    language: 'bash',
    file: 'recipe.sh',
    needs: [
      ['bash', '--version'],
      ['curl', '--version'],
      ['jq', '--version'],
    ],
    command: ['bash', 'recipe.sh'],
  },
  {
    language: 'python',
    file: 'recipe.py',
    needs: [['python3', '--version']],
    command: ['python3', 'recipe.py'],
  },
  {
    language: 'go',
    file: 'main.go',
    needs: [['go', 'version']],
    command: ['go', 'run', 'main.go'],
  },
]

describe.each(RECIPES)('the recipe in $language', ({ language, file, needs, command }) => {
  const isMissing = needs.some(([program = '', ...args]) => spawnSync(program, args).status !== 0)

  it.skipIf(isMissing)('is one program that reads as it is printed', () => {
    expect(blocksOf(readPage('docs/recipes.md'), language)).toHaveLength(1)
  })

  describe.skipIf(isMissing)('against the service', { timeout: 180_000 }, () => {
    let folder: string
    let service: Service
    let person: Person
    let openId: string
    let running: ChildProcess | undefined

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), `recipe-${language}-`))
      const [block] = blocksOf(readPage('docs/recipes.md'), language)
      writeFileSync(join(folder, file), block?.text ?? '')
      chmodSync(join(folder, file), 0o755)
    })
    afterAll(() => rmSync(folder, { recursive: true, force: true }))
    beforeEach(async () => {
      service = await startService()
      openId = service.emulator.people[0]?.openId ?? ''
      person = createPerson(service.emulator, openId)
    })
    afterEach(async () => {
      running?.kill('SIGKILL')
      await service.close()
    })

    it('waits for the person, acts for them, and gives the access back', async () => {
      const asking = start()
      await cardCame()
      await fetch(await person.consents())
      expect(await asking).toEqual({ code: 0, out: '林夏\n', err: '' })

      // The token is kept: nobody is asked again.
      expect(await start()).toEqual({ code: 0, out: '林夏\n', err: '' })
      expect(person.cards()).toBe(1)

      const token = await tokenHeld()
      expect(await start('revoke')).toEqual({ code: 0, out: 'revoked\n', err: '' })
      expect(service.emulator.sim.tokenOwner(token)?.works).toBe(false)
    })

    it('replaces a token that Feishu no longer takes', async () => {
      const asking = start()
      await cardCame()
      await fetch(await person.consents())
      await asking
      const before = await tokenHeld()
      const match = 'GET /open-apis/authen/v1/user_info'
      service.emulator.sim.injectFault({ match, status: 401, code: 99991677 })
      expect(await start()).toEqual({ code: 0, out: '林夏\n', err: '' })
      expect(await tokenHeld()).not.toBe(before)
      expect(person.cards()).toBe(1)
    })

    it('says what went wrong, by its code', async () => {
      const asking = start()
      await cardCame()
      await person.taps('Not now')
      const declined = await asking
      expect(declined.code).toBe(1)
      expect(declined.err).toContain('rejected')

      const refused = await start('', { BOT_KEY: 'wrong' })
      expect(refused.code).toBe(1)
      expect(refused.err).toMatch(/^unauthenticated: .+ \(request \w+\)\n/)
      expect(refused.out).toBe('')
    })

    function cardCame(): Promise<boolean> {
      return until('a card came', () => person.colour() === 'blue', 60)
    }

    async function tokenHeld(): Promise<string> {
      const answer = await service.api(`/v1/tokens/${openId}`)
      const { access_token } = (await answer.json()) as { access_token: string }
      return access_token
    }

    /** Runs the recipe to its end. */
    function start(word = '', env: Record<string, string> = {}) {
      const [program = '', ...args] = word === '' ? command : [...command, word]
      const child = spawn(program, args, {
        cwd: folder,
        env: {
          ...process.env,
          PYTHONIOENCODING: 'utf-8',
          SERVICE: service.url,
          BOT_KEY: service.apiKey,
          OPEN_ID: openId,
          FEISHU_API_BASE_URL: service.emulator.url,
          ...env,
        },
      })
      running = child
      let out = ''
      let err = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        out += text
      })
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        err += text
      })
      return new Promise<{ code: number | null; out: string; err: string }>((resolve, reject) => {
        child.once('error', reject)
        child.once('close', (code) => resolve({ code, out, err }))
      })
    }
  })
})
