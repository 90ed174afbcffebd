import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type Instruction, readCopy, readPairs, stageName } from './dockerfile.ts'

/** Where the steps run, and what they cannot have without Docker. */
export type Steps = {
  /** The root of the build context. */
  context: string
  /** An empty folder; each stage gets one inside. */
  work: string
  /** Changes a script, or leaves it out with null. */
  adapt: (script: string) => string | null
  /** Variables in place of those of ENV. */
  env: Record<string, string>
}

/** Runs the COPY and RUN steps of every stage in plain folders; gives the working folder of the last one. */
export function runImageSteps(instructions: readonly Instruction[], steps: Steps): string {
  const { context, work, adapt } = steps
  const { PATH = '', HOME = '' } = process.env
  const folders = new Map<string | null, string>()
  let env: Record<string, string> = {}
  let stage = ''
  let folder = ''
  for (const instruction of instructions) {
    switch (instruction.name) {
      case 'FROM':
        stage = join(work, String(instruction.stage))
        folders.set(stageName(instruction), stage)
        env = {}
        break
      case 'WORKDIR':
        folder = join(stage, instruction.rest)
        mkdirSync(folder, { recursive: true })
        break
      case 'ENV':
      case 'ARG':
        env = { ...env, ...Object.fromEntries(readPairs(instruction)), ...steps.env }
        break
      case 'COPY':
        copy(instruction)
        break
      case 'RUN': {
        const script = adapt(instruction.rest)
        const options = { cwd: folder, env: { PATH, HOME, ...env }, stdio: 'inherit' } as const
        if (script !== null) execFileSync('sh', ['-ec', script], options)
        break
      }
    }
  }
  return folder

  /** A folder is copied without its name, as Docker does it. */
  function copy(instruction: Instruction): void {
    const { from, sources, target } = readCopy(instruction)
    for (const source of sources) {
      const path = join(from === null ? context : (folders.get(from) ?? ''), source)
      const isInside = target.endsWith('/') && !statSync(path).isDirectory()
      const destination = join(folder, target, isInside ? basename(source) : '')
      cpSync(path, destination, { recursive: true, verbatimSymlinks: true })
    }
  }
}
