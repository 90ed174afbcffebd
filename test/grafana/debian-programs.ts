import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { leftOut } from '../support/left-out.ts'

/** The programs these tests run, and the Debian packages they come with. */
const PACKAGES = {
  promtool: 'prometheus',
  prometheus: 'prometheus',
  amtool: 'prometheus-alertmanager',
  'prometheus-alertmanager': 'prometheus-alertmanager',
} as const

/** What a title says when nothing is missing. */
const NOTHING = ''

/** Why a test that needs these programs is left out here, to put behind its title; empty when it is not. */
export function missingPrograms(...programs: (keyof typeof PACKAGES)[]): string {
  const missing = programs.filter((program) => !isInstalled(program))
  if (missing.length === 0) return NOTHING
  const packages = [...new Set(missing.map((program) => PACKAGES[program]))].join(' ')
  const reason = leftOut(`${missing.join(' and ')} missing; apt-get install ${packages}`)
  console.warn(`Skipped: ${reason}`)
  return ` (skipped: ${reason})`
}

function isInstalled(program: string): boolean {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.some((folder) => existsSync(join(folder, program)))
}
