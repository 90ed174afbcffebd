import { spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../docs/markdown.ts'

/** The package as it would be published, and an empty project to use it in. */
export interface Packed {
  tarball: string
  /** The paths inside, without `package/`. */
  files: string[]
  /** A project of its own, outside of this repository. */
  project: string
  /** Installs the package there, as its users do. */
  install(): void
  close(): void
}

/** What a program said; fails the test when it failed. */
export function run(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: options.cwd ?? root,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', ...options.env },
    encoding: 'utf8',
    timeout: 240_000,
    maxBuffer: 64 * 1024 * 1024,
  })
  if (status === 0) return stdout
  throw new Error(`${program} ${args.join(' ')} → ${status ?? error}\n${stdout}\n${stderr}`)
}

/** A program of our devDependencies. */
export function runBin(path: string, args: readonly string[], cwd = root): string {
  return run(process.execPath, [join(root, 'node_modules', path), ...args], { cwd })
}

/** Packs what is built, after building what has changed. */
export function pack(): Packed {
  if (isStale()) run(process.execPath, ['scripts/build.mjs'])
  const home = mkdtempSync(join(tmpdir(), 'feishu-card-auth-package-'))
  const project = join(home, 'project')
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  const said = run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', home])
  const [{ filename, files }] = JSON.parse(said)
  const tarball = join(home, filename)
  return {
    tarball,
    files: files.map(({ path }: { path: string }) => path),
    project,
    install() {
      const flags = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund']
      run('npm', ['install', ...flags, tarball], { cwd: project })
      // The one dependency with an install script; it was compiled or downloaded here already.
      const binary = 'node_modules/better-sqlite3/build/Release/better_sqlite3.node'
      cpSync(join(root, binary), join(project, binary))
    },
    close: () => rmSync(home, { recursive: true, force: true }),
  }
}

function isStale(): boolean {
  const built = statSync(join(root, 'dist/index.js'), { throwIfNoEntry: false })?.mtimeMs ?? 0
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).some(
    (file) => statSync(join(root, 'src', file)).mtimeMs > built,
  )
}
