import type { Deployment } from './deployment.ts'
import { CLI } from './programs.ts'
import { runScript } from './service-process.ts'

/** What came of a rotation of the keys, and of those who read meanwhile. */
export type RotationUnderLoad = {
  exit: unknown
  /** What the command says in the end. */
  said: string
  /** Tokens that were read between its first and its last word. */
  reads: number
  failed: string[]
  /** Grants sealed anew in a second, from its first word to its last. */
  perSecond: number
  /** What each key holds afterwards, as `keys list` tells it. */
  holdings: { key_id: string; grants: number; cards: number; standing: string }[]
}

/** `keys rotate` seals everybody's tokens with `newKey` while as many callers read them from the running service. */
export async function rotateWhileServing(
  deployment: Deployment,
  { newKey, people, callers }: { newKey: string; people: readonly string[]; callers: number },
): Promise<RotationUnderLoad> {
  const ring = `${newKey},${deployment.env.TOKEN_ENCRYPTION_KEYS}`
  const env = { ...deployment.env, TOKEN_ENCRYPTION_KEYS: ring }
  const service = await deployment.start({ env: { TOKEN_ENCRYPTION_KEYS: ring } })
  const failed: string[] = []
  let [reads, isOver] = [0, false]
  const caller = async (first: number) => {
    for (let each = first; !isOver; each += callers) {
      const openId = people[each % people.length] ?? ''
      const answer = await deployment.api(service.url, `/v1/tokens/${openId}`)
      const text = await answer.text()
      if (answer.ok && text.includes(openId)) reads += 1
      else failed.push(`${answer.status} ${text.slice(0, 200)}`)
    }
  }
  const calling = Promise.all(Array.from({ length: callers }, (_, first) => caller(first)))

  const rotating = runScript(CLI, ['keys', 'rotate'], env)
  const words: { at: number; reads: number; resealed: number }[] = []
  rotating.child.stderr?.on('data', (chunk: Buffer) => {
    const [, resealed] = [...chunk.toString().matchAll(/(\d+) sealed anew/g)].at(-1) ?? []
    words.push({ at: performance.now(), reads, resealed: Number(resealed) })
  })
  const exit = await rotating.exited
  isOver = true
  await calling
  const [first, last] = [words[0], words.at(-1)]
  if (!first || !last) throw new Error(`keys rotate said nothing:\n${rotating.output()}`)

  const listing = runScript(CLI, ['keys', 'list', '--json'], env)
  await listing.exited
  await service.end('SIGTERM')
  return {
    exit,
    said: rotating.output(),
    reads: last.reads - first.reads,
    failed,
    perSecond: ((last.resealed - first.resealed) / (last.at - first.at)) * 1000,
    holdings: JSON.parse(listing.output()),
  }
}
