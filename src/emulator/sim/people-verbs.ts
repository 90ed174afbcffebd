import type { EmulatedPerson } from '../cast.ts'
import type { EmulatorContext } from '../context.ts'
import type { World } from '../world.ts'
import { requirePerson } from './find.ts'
import type { Sim } from './sim.ts'

/** Any of them lets an app subscribe to the events of the address book. */
const SUBSCRIBING_SCOPES = [
  'contact:contact.base:readonly',
  'contact:contact:readonly_as_app',
  'contact:contact:access_as_app',
]

/** What happens to people in the organisation; apps that may read the address book are told. */
export function peopleVerbs(context: EmulatorContext): Pick<Sim, 'setPerson'> {
  const { world, events, delivery } = context
  return {
    setPerson({ openId, ...change }) {
      const person = requirePerson(world, openId)
      const before = { ...person }
      Object.assign(person, change)
      events.publish('people', {})
      const name = eventOf(before, person)
      const mayHear = SUBSCRIBING_SCOPES.some((scope) => world.app.scopes.includes(scope))
      if (name !== null && mayHear) {
        const event = { object: userOf(world, person), old_object: userOf(world, before) }
        void delivery.sendEvent(name, event, person)
      }
      return person
    },
  }
}

/** The availability of the app and the locale are nobody's business in the address book. */
function eventOf(before: EmulatedPerson, after: EmulatedPerson): string | null {
  if (before.status !== 'resigned' && after.status === 'resigned') return 'contact.user.deleted_v3'
  const isChanged =
    before.status !== after.status || before.name !== after.name || before.enName !== after.enName
  return isChanged ? 'contact.user.updated_v3' : null
}

/** See https://open.feishu.cn/document/server-docs/contact-v3/user/events/updated */
function userOf({ app }: World, person: EmulatedPerson): Record<string, unknown> {
  const sees = (scope: string) => app.scopes.includes(scope)
  const { openId, unionId, userId, name, enName, status } = person
  return {
    open_id: openId,
    union_id: unionId,
    ...(sees('contact:user.employee_id:readonly') ? { user_id: userId } : {}),
    ...(sees('contact:user.base:readonly') ? { name, en_name: enName } : {}),
    ...(sees('contact:user.employee:readonly')
      ? {
          status: {
            is_frozen: status === 'frozen',
            is_resigned: status === 'resigned',
            is_activated: true,
            is_exited: false,
            is_unjoin: false,
          },
        }
      : {}),
  }
}
