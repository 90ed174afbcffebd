import { type Instruction, readCopy, readPairs, stageName } from './dockerfile.ts'

/** What hadolint would say, by the names of its rules (https://github.com/hadolint/hadolint#rules), as far as they matter to such a file. */
export function faultsOfDockerfile(instructions: readonly Instruction[]): string[] {
  const last = Math.max(...instructions.map(({ stage }) => stage))
  const stages = instructions.filter(({ name }) => name === 'FROM')
  const names = stages.map(stageName)
  const faults = instructions.flatMap((instruction) => {
    const { name, rest, stage } = instruction
    const before = instructions.slice(0, instructions.indexOf(instruction))
    const inStage = before.filter((each) => each.stage === stage)
    switch (name) {
      case 'FROM':
        return faultsOfBase(rest, names.slice(0, stage))
      case 'RUN':
        return faultsOfRun(rest, inStage)
      case 'COPY':
        return faultsOfCopy(instruction, inStage, names.slice(0, stage))
      case 'ADD':
        return ['DL3020']
      case 'MAINTAINER':
        return ['DL4000']
      case 'WORKDIR':
        return rest.startsWith('/') ? [] : ['DL3000']
      case 'CMD':
      case 'ENTRYPOINT':
        return [
          ...(isExecForm(rest) ? [] : ['DL3025']),
          ...(inStage.some((each) => each.name === name)
            ? [name === 'CMD' ? 'DL4003' : 'DL4004']
            : []),
        ]
      case 'HEALTHCHECK':
        return [
          ...(inStage.some((each) => each.name === name) ? ['DL3012'] : []),
          ...(isExecForm(rest.replace(/^.*?CMD /, '')) ? [] : ['DL3025']),
        ]
      case 'ENV':
      case 'ARG':
        return readPairs(instruction)
          .filter(([variable, value]) => /secret|token|password|key/i.test(variable) && value)
          .map(([variable]) => `secret in ${variable}`)
      case 'LABEL':
      case 'USER':
      case 'VOLUME':
      case 'EXPOSE':
      case 'SHELL':
        return []
      default:
        return [`what is ${name}?`]
    }
  })
  const ending = instructions.filter(({ stage }) => stage === last)
  const user = ending.findLast(({ name }) => name === 'USER')?.rest ?? 'root'
  if (/^(root|0)(:|$)/.test(user)) faults.push('DL3002')
  if (!ending.some(({ name }) => name === 'HEALTHCHECK')) faults.push('DL3057')
  if (new Set(names.filter(Boolean)).size < names.filter(Boolean).length) faults.push('DL3024')
  return faults
}

function faultsOfBase(rest: string, earlier: readonly (string | null)[]): string[] {
  const [image = ''] = rest.split(' ')
  if (image.startsWith('--platform')) return ['DL3029']
  if (earlier.includes(image)) return []
  const [, tag] = /:([^/]+)$/.exec(image) ?? []
  return tag === undefined ? ['DL3006'] : tag === 'latest' ? ['DL3007'] : []
}

function faultsOfRun(script: string, before: readonly Instruction[]): string[] {
  const faults: string[] = []
  const commands = script.split(/&&|;|\|\|/).map((command) => command.trim())
  const withoutOr = script.replaceAll('||', '')
  const hasPipefail = before.some(({ name, rest }) => name === 'SHELL' && rest.includes('pipefail'))
  if (withoutOr.includes('|') && !hasPipefail) faults.push('DL4006')
  for (const command of commands) {
    const [program = '', verb = ''] = command.split(/\s+/)
    if (program === 'cd') faults.push('DL3003')
    if (program === 'sudo') faults.push('DL3004')
    if (program === 'apt') faults.push('DL3027')
    if (program === 'apt-get' && /upgrade/.test(verb)) faults.push('DL3005')
    if (program === 'apt-get' && verb === 'install') {
      if (!/ (-y|--yes)\b/.test(command)) faults.push('DL3014')
      if (!command.includes('--no-install-recommends')) faults.push('DL3015')
      if (!script.includes('rm -rf /var/lib/apt/lists/*')) faults.push('DL3009')
      const packages = command
        .split(/\s+/)
        .filter((word) => /^[a-z0-9]/.test(word))
        .slice(2)
      if (packages.some((word) => !word.includes('='))) faults.push('DL3008')
    }
    if (program === 'useradd' && !/ (-l|--no-log-init)\b/.test(command)) faults.push('DL3046')
    if (program === 'npm' && verb === 'install') faults.push('DL3016')
    if (program === 'wget' || program === 'curl') faults.push(`${program} into an image`)
  }
  return faults
}

function faultsOfCopy(
  copy: Instruction,
  before: readonly Instruction[],
  earlier: readonly (string | null)[],
): string[] {
  const { from, sources, target } = readCopy(copy)
  const faults: string[] = []
  if (from !== null && !earlier.includes(from)) faults.push('DL3022')
  if (sources.length > 1 && !target.endsWith('/')) faults.push('DL3021')
  const hasFolder = before.some(({ name }) => name === 'WORKDIR')
  if (!target.startsWith('/') && !hasFolder) faults.push('DL3045')
  return faults
}

function isExecForm(text: string): boolean {
  try {
    return Array.isArray(JSON.parse(text))
  } catch {
    return false
  }
}
