import { describe, expect, it } from 'vitest'
import { type CheckResult, pass } from '../../src/doctor/check.ts'
import { createDoctorCommand } from '../../src/doctor/doctor-command.ts'

const good: CheckResult = { name: 'disk', appId: null, ...pass('All is well.') }

describe('/auth doctor', () => {
  it('examines once for all who ask meanwhile, and anew for whoever asks later', async () => {
    const ends: ((results: CheckResult[]) => void)[] = []
    const told: string[] = []
    const command = createDoctorCommand({
      openIds: ['ou_1', 'ou_2'],
      examine: () => new Promise((resolve) => ends.push(resolve)),
      languageOf: async () => 'en_us',
      messenger: {
        async sendText(_appId, openId, text) {
          if (text.startsWith('Done')) told.push(openId)
        },
      },
    })
    const ask = (openId: string) => command({ appId: 'cli_1', openId })
    const asked = [ask('ou_1'), ask('ou_2')]
    await new Promise(setImmediate)
    expect(ends).toHaveLength(1)
    ends[0]?.([good])
    await Promise.all(asked)
    expect(told.sort()).toEqual(['ou_1', 'ou_2'])
    const later = ask('ou_1')
    await new Promise(setImmediate)
    expect(ends).toHaveLength(2)
    ends[1]?.([good])
    await later
  })
})
