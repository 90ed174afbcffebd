import { fileURLToPath } from 'node:url'

const TSX = ['--import', import.meta.resolve('tsx')]

/** The process as `npm start` runs it. */
export const MAIN = program('main')
/** The command line. */
export const CLI = program('cli/main')

/** What `node` needs to run a script. */
export function argumentsOf(script: string): string[] {
  return script.endsWith('.ts') ? [...TSX, script] : [script]
}

/** What was just built where everything is checked, which starts in half the time; elsewhere the source as it is. */
function program(name: string): string {
  const path = process.env.CI ? `dist/${name}.js` : `src/${name}.ts`
  return fileURLToPath(new URL(`../../../${path}`, import.meta.url))
}
