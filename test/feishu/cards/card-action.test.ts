import { describe, expect, it } from 'vitest'
import { parseCardActionValue } from '../../../src/feishu/cards/card-action.ts'

describe('the value of a tap', () => {
  it.each(['decline', 'send_again', 'check_again'])('is understood for %s', (action) => {
    expect(parseCardActionValue({ action, session: 's1' })).toEqual({ action, session: 's1' })
  })

  it('is stripped of what we did not put there', () => {
    const value = { action: 'decline', session: 's1', open_id: 'ou_forged' }
    expect(parseCardActionValue(value)).toEqual({ action: 'decline', session: 's1' })
  })

  it.each([
    [undefined],
    [null],
    ['{"action":"decline","session":"s1"}'],
    [[]],
    [{}],
    [{ action: 'decline' }],
    [{ session: 's1' }],
    [{ action: 'approve', session: 's1' }],
    [{ action: 'toString', session: 's1' }],
    [{ action: ['decline'], session: 's1' }],
    [{ action: 'decline', session: '' }],
    [{ action: 'decline', session: 1 }],
    [{ action: 'decline', session: 's'.repeat(129) }],
  ])('is refused when it is none of ours: %j', (value) => {
    expect(parseCardActionValue(value)).toBeNull()
  })
})
