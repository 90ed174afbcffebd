// Everything that must hold before a change lands, in the order of what fails fastest.
import { spawnSync } from 'node:child_process'

const steps = [
  ['format, lint and import walls', ['biome', 'ci', '--error-on-warnings', '.']],
  ['types of src, test and bench', ['tsc', '-p', 'tsconfig.json']],
  ['types of the chat page', ['tsc', '-p', 'tsconfig.chat.json']],
  ['unused files, exports and dependencies', ['knip']],
  ['tests and migration drift', ['vitest', 'run']],
]

for (const [name, command] of steps) {
  const startedAt = Date.now()
  const [program, ...args] = command
  const { status } = spawnSync('npx', ['--no-install', program, ...args], { stdio: 'inherit' })
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`)
  if (status !== 0) process.exit(status ?? 1)
}
