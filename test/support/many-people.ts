import type { EmulatedPerson } from '../../src/emulator/cast.ts'
import { defaultPeople } from '../../src/emulator/default-cast.ts'

/** The usual cast and so many more: who has declined a card is left alone for a while. */
export function manyPeople(more: number): EmulatedPerson[] {
  const usual = defaultPeople()
  const nameless = Array.from({ length: more }, (_, index): EmulatedPerson => {
    const digits = String(index).padStart(32, '0')
    return {
      openId: `ou_${digits}`,
      unionId: `on_${digits}`,
      userId: `u${index}`,
      name: `Person ${index}`,
      enName: `Person ${index}`,
      tenantKey: usual[0]?.tenantKey ?? '',
      locale: 'en_us',
      status: 'active',
      available: true,
    }
  })
  return [...usual, ...nameless]
}
