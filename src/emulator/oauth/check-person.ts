import type { World } from '../world.ts'
import type { OAuthErrorCode } from './oauth-error.ts'

/** The code that keeps a person from authorizing or refreshing, or null when nothing does. */
export function personRefusal(world: World, openId: string): OAuthErrorCode | null {
  const person = world.findPerson(openId)
  if (person === undefined || person.status === 'resigned') return 20008
  if (person.status === 'frozen') return 20066
  return person.available ? null : 20010
}
