import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../docs/markdown.ts'
import { type Packed, pack, run, runBin } from './packed.ts'

const CONSUMERS = join(import.meta.dirname, 'consumers')

describe('the package', { timeout: 240_000 }, () => {
  let packed: Packed
  beforeAll(() => {
    packed = pack()
  }, 240_000)
  afterAll(() => packed?.close())

  it('holds what runs and what is needed to use it, and nothing else', () => {
    const outside = packed.files.filter((file) => !/^(?:dist|drizzle)\//.test(file))
    expect(outside.toSorted()).toEqual([
      '.env.example',
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'README.zh-CN.md',
      'package.json',
    ])
    // The commit it was built from.
    expect(packed.files).toContain('dist/revision.txt')
    const inside = packed.files.filter(
      (file) => !outside.includes(file) && file !== 'dist/revision.txt',
    )
    expect(inside.filter((file) => !/\.(?:js|d\.ts|sql|json|html|css|svg)$/.test(file))).toEqual([])
    expect(inside.filter((file) => /\.test\.|(?:^|\/)\.|secret.*\.json$/.test(file))).toEqual([])
  })

  it('holds everything that was built, and every migration', () => {
    const built = (folder: string, wanted: RegExp) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => wanted.test(file))
        .map((file) => `${folder}/${file}`)
    const sources = built('src', /\.ts$/).map((file) =>
      file.replace(/^src/, 'dist').replace(/\.ts$/, '.js'),
    )
    const missing = [...sources, ...built('drizzle', /\.sql$|_journal\.json$/)].filter(
      (file) => !packed.files.includes(file),
    )
    expect(missing).toEqual([])
  })

  it('is well formed in the eyes of publint', () => {
    expect(runBin('publint/src/cli.js', [packed.tarball, '--strict'])).toContain('All good!')
  })

  it('has the right types for ESM at every door', () => {
    const flags = ['--profile', 'esm-only', '--no-emoji', '--no-color', '--format', 'json']
    // It fails for what the profile does not leave out.
    const { analysis } = JSON.parse(
      runBin('@arethetypeswrong/cli/dist/index.js', [packed.tarball, ...flags]),
    )
    expect(Object.keys(analysis.entrypoints)).toEqual(['.', './client', './emulator'])
  })

  describe('installed into an empty project', () => {
    beforeAll(() => packed.install(), 240_000)

    it('gives a token: library, client and emulator, imported by name', () => {
      const { project } = packed
      cpSync(join(CONSUMERS, 'whole.mjs'), join(project, 'whole.mjs'))
      expect(run(process.execPath, ['whole.mjs'], { cwd: project })).toBe('it works\n')
    })

    it('has a command line', () => {
      const cwd = packed.project
      const help = run('npx', ['--no-install', 'feishu-card-auth', '--help'], { cwd })
      expect(help).toContain('Usage: feishu-card-auth')
      const cli = (...args: string[]) =>
        run(join(cwd, 'node_modules/.bin/feishu-card-auth'), args, { cwd })
      expect(cli('keys', 'generate')).toMatch(/[\w-]+:[A-Za-z0-9+/]{43}=/)
      expect(JSON.parse(cli('openapi')).openapi).toMatch(/^3\.1/)
    })

    it('compiles under the strictest settings, declarations of ours included', () => {
      const { project } = packed
      cpSync(join(CONSUMERS, 'typed.ts'), join(project, 'typed.ts'))
      cpSync(join(root, 'node_modules/@types/node'), join(project, 'node_modules/@types/node'), {
        recursive: true,
      })
      const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'))
      writeFileSync(
        join(project, 'tsconfig.json'),
        JSON.stringify({
          compilerOptions: { ...compilerOptions, skipLibCheck: false },
          files: ['typed.ts'],
        }),
      )
      expect(runBin('typescript/bin/tsc', ['-p', '.'], project)).toBe('')
    })
  })
})
