// Compiles src to dist and copies what tsc leaves behind: the chat page of the sandbox, and the commit it was built from.
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, rmSync, writeFileSync } from 'node:fs'

rmSync('dist', { recursive: true, force: true })
const compiled = spawnSync(
  process.execPath,
  ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'],
  {
    stdio: 'inherit',
  },
)
if (compiled.status !== 0) process.exit(compiled.status ?? 1)
const revision = process.env.REVISION || headOf()
if (revision) writeFileSync('dist/revision.txt', `${revision}\n`)
if (existsSync('src/emulator/chat'))
  cpSync('src/emulator/chat', 'dist/emulator/chat', { recursive: true })
if (existsSync('dist/cli/main.js')) chmodSync('dist/cli/main.js', 0o755)

/** The commit that is checked out; an image build has no repository and names it in REVISION. */
function headOf() {
  const { status, stdout } = spawnSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : ''
}
