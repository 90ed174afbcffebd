import { expect } from 'vitest'
import { type AskedPerson, eventually, type Scene } from '../journeys/bad-input/scene.ts'

/** Expects that nothing is stored for a person. */
export async function expectNothingFor({ service }: Scene, openId: string): Promise<void> {
  const { grants } = service.app.parts.store
  expect(await grants.find(service.emulator.app.appId, openId)).toBeNull()
}

/** The failures that the audit record has of a request, once it has any. */
export function failuresOf(
  { service }: Scene,
  { openId, session }: Pick<AskedPerson, 'openId' | 'session'>,
): Promise<string[]> {
  return eventually(async () => {
    const entries = await service.app.parts.store.audit.list({ openId, limit: 999 })
    const failures = entries.filter(({ action }) => action === 'authorization_failed')
    for (const { actor, detail } of failures) {
      expect(actor).toBe('person')
      expect(detail).toMatchObject({
        session_id: session.session_id,
        request_id: expect.stringMatching(/\w{10,}/),
      })
    }
    return failures.length > 0 ? failures.map(({ outcome }) => outcome) : null
  })
}
