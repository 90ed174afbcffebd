import { afterEach, describe, expect, it } from 'vitest'
import { createEmulatorBench, someone } from '../support/emulator-bench.ts'
import { createInbox } from '../support/inbox.ts'

const DELETED = 'contact.user.deleted_v3'
const UPDATED = 'contact.user.updated_v3'
const bench = createEmulatorBench()
afterEach(() => bench.close())

async function listening() {
  const emulator = await bench.start()
  const heard = createInbox()
  await bench.connect(emulator, { [DELETED]: heard.take, [UPDATED]: heard.take })
  const { openId } = someone(emulator)
  return { emulator, heard, openId }
}

describe('events of the address book', () => {
  it('tell of somebody who is frozen, comes back, and leaves', async () => {
    const { emulator, heard, openId } = await listening()
    for (const [count, status] of (['frozen', 'active', 'resigned'] as const).entries()) {
      emulator.sim.setPerson({ openId, status })
      await heard.reached(count + 1)
    }
    const status = (changes: object) => expect.objectContaining(changes)
    expect(heard.events).toMatchObject([
      {
        event_type: UPDATED,
        object: { open_id: openId, status: status({ is_frozen: true, is_resigned: false }) },
        old_object: { status: status({ is_frozen: false }) },
      },
      { event_type: UPDATED, object: { status: status({ is_frozen: false }) } },
      {
        event_type: DELETED,
        app_id: emulator.app.appId,
        object: { open_id: openId, status: status({ is_resigned: true }) },
      },
    ])
  })

  it('tell of a new name, and not of what the address book does not hold', async () => {
    const { emulator, heard, openId } = await listening()
    emulator.sim.setPerson({ openId, available: false, locale: 'ja_jp' })
    emulator.sim.setPerson({ openId, name: '林夏夏' })
    await heard.reached(1)
    expect(heard.events).toMatchObject([{ event_type: UPDATED, object: { name: '林夏夏' } }])
  })

  it('show each app what its scopes allow, and nothing to one that may not subscribe', async () => {
    const { emulator, heard, openId } = await listening()
    emulator.sim.setApp({ scopes: ['contact:user.employee:readonly'] })
    emulator.sim.setPerson({ openId, status: 'frozen' })
    emulator.sim.setApp({ scopes: ['contact:contact.base:readonly'] })
    emulator.sim.setPerson({ openId, status: 'resigned' })
    await heard.reached(1)
    expect(heard.events).toMatchObject([{ event_type: DELETED }])
    const [{ object } = { object: {} }] = heard.events
    expect(Object.keys(object ?? {})).toEqual(['open_id', 'union_id'])
  })
})
