// Everything that must hold before a change lands, in the order of what fails fastest.
import { spawnSync } from 'node:child_process'

const steps = [
  ['format, lint and import walls', ['biome', 'ci', '--error-on-warnings', '.']],
  // What the consumers of the package are compiled against, and what its tests pack.
  ['build', ['node', 'scripts/build.mjs']],
  ['types of src, test and bench', ['tsc', '-p', 'tsconfig.json']],
  ['types of the chat page', ['tsc', '-p', 'tsconfig.chat.json']],
  ['unused files, exports and dependencies', ['knip']],
  // The README's own command.
  ['tests, package and migration drift', ['npm', 'test']],
]

for (const [name, command] of steps) {
  const startedAt = Date.now()
  const isProgram = ['node', 'npm'].includes(command[0])
  const [program, ...args] = isProgram ? command : ['npx', '--no-install', ...command]
  const { status } = spawnSync(program, args, { stdio: 'inherit' })
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`)
  if (status !== 0) process.exit(status ?? 1)
}
