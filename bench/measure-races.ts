import type { Callers, ContestantName } from './start-contestant.ts'
import type { TokenStage } from './token-stage.ts'

/** What became of one race: calls at the token endpoint, how many of them it refused, and what the callers got. */
export type Race = Callers & { name: string; callers: number; calls: number; refused: number }

const NAMES = {
  service: 'feishu-card-auth',
  'better-auth': 'better-auth 1.6.25',
  'slack-oauth': '@slack/oauth 4.0.0',
} as const satisfies Partial<Record<ContestantName, string>>
const RACERS = ['service', 'better-auth', 'slack-oauth'] as const
/** As long as a quick token endpoint takes, and long enough for all callers to meet. */
const ANSWER_MS = 50
const RAN_OUT = -60

/** Lets many callers meet on one token that has run out, for each contestant and each number of callers. */
export async function measureRaces(stage: TokenStage, callers: readonly number[]): Promise<Race[]> {
  const people = callers.length
  const database = await stage.fill('races', { count: people, expiresInSeconds: RAN_OUT })
  const races: Race[] = []
  for (const racer of RACERS) {
    // One each: all of them hold the same refresh tokens.
    const endpoint = await stage.endpoint(ANSWER_MS)
    const options = { database, endpoint, people, expiresInSeconds: RAN_OUT }
    const contestant = await stage.contestant(racer, options)
    for (const [person, count] of callers.entries()) {
      await endpoint.counts()
      const seen = await contestant.race({ person, callers: count })
      const { calls, refused } = await endpoint.counts()
      races.push({ name: NAMES[racer], callers: count, calls, refused, ...seen })
    }
  }
  return races
}
