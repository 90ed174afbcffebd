import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Grant } from '../../src/auth/grant.ts'
import { createRefreshSchedule } from '../../src/auth/refresh-schedule.ts'
import { aGrant, aSession, inSeconds, NOW } from '../store/contract/samples.ts'

const grant: Grant = { ...aGrant(aSession()), version: 1 }
const earliest = createRefreshSchedule(0.2, () => 1)
const latest = createRefreshSchedule(0.2, () => 0)
const DAY = 86_400
const secondsOf = (date: Date | null) => date && (date.getTime() - NOW.getTime()) / 1000

describe('when a grant is looked at', () => {
  it('is 24 to 30 minutes before the token ends, while somebody uses it', () => {
    expect(secondsOf(latest.nextLook(grant, NOW, NOW))).toBe(7200 - 1440)
    expect(secondsOf(earliest.nextLook(grant, NOW, NOW))).toBe(7200 - 1800)
  })

  it('is at half to 70 % of the refresh token, while nobody does', () => {
    for (const lastUsedAt of [null, inSeconds(-DAY)]) {
      expect(secondsOf(latest.nextLook(grant, lastUsedAt, NOW))).toBeCloseTo(604_800 * 0.7, 3)
      expect(secondsOf(earliest.nextLook(grant, lastUsedAt, NOW))).toBeCloseTo(604_800 * 0.5, 3)
    }
  })

  it('is at most 15 minutes ahead of a long token, and half-way through a short one', () => {
    const rarely = createRefreshSchedule(0.01, () => 0)
    expect(secondsOf(rarely.nextLook(grant, NOW, NOW))).toBe(7200 - 900)
    const short = { ...grant, accessTokenExpiresAt: inSeconds(600) }
    expect(secondsOf(rarely.nextLook(short, NOW, NOW))).toBe(300)
  })

  it('is before the refresh token ends, when that ends first', () => {
    const dying = { ...grant, refreshTokenExpiresAt: inSeconds(1000) }
    expect(secondsOf(latest.nextLook(dying, NOW, NOW))).toBe(700)
  })

  it('is never in the past, and never for what cannot be refreshed', () => {
    expect(latest.nextLook(grant, null, inSeconds(30 * DAY))).toEqual(inSeconds(30 * DAY))
    expect(latest.nextLook({ ...grant, sealedRefreshToken: null }, NOW, NOW)).toBeNull()
    expect(latest.isTimeFor({ ...grant, sealedRefreshToken: null }, NOW, inSeconds(9e6))).toBe(
      false,
    )
  })

  it('assumes seven days where Feishu does not tell when the refresh token ends', () => {
    const untold = { ...grant, refreshTokenExpiresAt: null }
    expect(secondsOf(latest.nextLook(untold, null, NOW))).toBeCloseTo(604_800 * 0.7, 3)
  })

  it('is time for a refresh at every look, whatever chance has said', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), (chance, isUsed) => {
        const schedule = createRefreshSchedule(0.2, () => chance)
        const look = schedule.nextLook(grant, isUsed ? NOW : null, NOW) ?? NOW
        expect(schedule.isTimeFor(grant, isUsed ? NOW : null, look)).toBe(true)
        const before = new Date(look.getTime() - 604_800 * 1000 * 0.3)
        expect(schedule.isTimeFor(grant, isUsed ? NOW : null, before)).toBe(false)
      }),
    )
  })
})

describe('a token is due for a caller', () => {
  it('when a fifth of its life is left', () => {
    expect(latest.isDue(grant, inSeconds(7200 - 1441))).toBe(false)
    expect(latest.isDue(grant, inSeconds(7200 - 1440))).toBe(true)
  })
})
