/** One instruction of a Dockerfile; continued lines are joined and comments are gone. */
export type Instruction = { name: string; rest: string; stage: number }

/** Takes a Dockerfile apart; the stages are counted from 0, and what stands before the first is -1. */
export function readDockerfile(text: string): Instruction[] {
  const lines = text.split('\n').filter((line) => !/^\s*(#|$)/.test(line))
  const joined = lines.join('\n').replaceAll(/\\\n\s*/g, '')
  let stage = -1
  return joined.split('\n').map((line) => {
    const [, name = '', rest = ''] = /^\s*(\w+)\s+(.*)$/.exec(line) ?? []
    if (name === 'FROM') stage += 1
    return { name, rest: rest.trim(), stage }
  })
}

/** What a COPY says. */
export type Copy = { from: string | null; sources: string[]; target: string }

/** Reads a COPY without other flags than `--from`. */
export function readCopy({ rest }: Pick<Instruction, 'rest'>): Copy {
  const words = rest.split(/\s+/)
  const from = words[0]?.startsWith('--from=') ? words.shift()?.slice('--from='.length) : null
  const target = words.pop() ?? ''
  return { from: from ?? null, sources: words, target }
}

/** The name of a stage, null when it has none. */
export function stageName({ rest }: Pick<Instruction, 'rest'>): string | null {
  return / AS (\S+)$/i.exec(rest)?.[1] ?? null
}

/** The variables that an ENV, ARG or LABEL sets. */
export function readPairs({ rest }: Pick<Instruction, 'rest'>): [name: string, value: string][] {
  return [...rest.matchAll(/([\w.]+)=("(?:[^"\\]|\\.)*"|\S*)/g)].map(
    ([, name = '', value = '']) => [name, value.replaceAll(/^"|"$/g, '')],
  )
}
