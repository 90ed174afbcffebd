import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { root } from '../docs/markdown.ts'
import { readDockerfile } from './dockerfile.ts'
import { runImageSteps } from './run-image-steps.ts'

const REVISION = '0123456789abcdef0123456789abcdef01234567'

// It installs every package anew, compiles better-sqlite3 where no prebuilt one can be had, and takes minutes: TRY_IMAGE=1 npx vitest run test/deploy/image-steps.test.ts
describe.skipIf(!process.env.TRY_IMAGE)('the steps of the Dockerfile', () => {
  it('make a folder with all that the service needs and nothing that only its making needs', {
    timeout: 3_600_000,
  }, () => {
    const work = mkdtempSync(join(tmpdir(), 'fca-image-'))
    onTestFinished(() => rmSync(work, { recursive: true, force: true }))
    const image = runImageSteps(
      readDockerfile(readFileSync(join(root, 'deploy/Dockerfile'), 'utf8')),
      {
        context: root,
        work,
        // The headers beside this Node, as the image has them beside its own.
        env: { REVISION, npm_config_nodedir: join(process.execPath, '../..') },
        // apt-get needs root, and what it would install is of this machine.
        adapt: (script) => (script.startsWith('apt-get') ? null : script),
      },
    )
    const has = (path: string) => existsSync(join(image, path))
    expect(readFileSync(join(image, 'dist/revision.txt'), 'utf8').trim()).toBe(REVISION)
    for (const path of ['node_modules/typescript', 'node_modules/vitest', 'src', 'bench', '.env']) {
      expect([path, has(path)]).toEqual([path, false])
    }
    const journey = execFileSync(
      process.execPath,
      [
        '--enable-source-maps',
        'dist/cli/main.js',
        'sandbox',
        '--autopilot',
        '--json',
        '--port',
        '0',
      ],
      { cwd: image, encoding: 'utf8' },
    )
    expect(JSON.parse(journey)).toMatchObject({ steps: expect.any(Array) })
    const version = execFileSync(process.execPath, ['dist/cli/main.js', '--version'], {
      cwd: image,
    })
    expect(String(version).trim()).toMatch(/^\d+\.\d+\.\d+$/)
  })
})
