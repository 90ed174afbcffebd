import type { CommandMessage } from '../feishu/command-message.ts'
import type { FeishuCardMessenger } from '../feishu/messenger.ts'
import type { PersonLanguage } from '../feishu/person-language.ts'
import type { CheckResult } from './check.ts'
import { DOCTOR_WORDS } from './doctor-words.ts'

/** Examines the installation for somebody who may know. */
export type DoctorCommand = (command: Pick<CommandMessage, 'appId' | 'openId'>) => Promise<void>

const SIGNS = { pass: '✓', warn: '!', fail: '✗', skip: '–' } as const

/**
 * Creates the answer to `/auth doctor`: what is to be mended, for the people of `DOCTOR_OPEN_IDS` alone. Who asks while an
 * examination runs is told what that one finds.
 */
export function createDoctorCommand(neighbours: {
  openIds: readonly string[]
  examine: () => Promise<readonly CheckResult[]>
  languageOf: PersonLanguage
  messenger: Pick<FeishuCardMessenger, 'sendText'>
}): DoctorCommand {
  const { openIds, languageOf, messenger } = neighbours
  let running: Promise<readonly CheckResult[]> | null = null
  const examine = () => {
    running ??= neighbours.examine().finally(() => {
      running = null
    })
    return running
  }

  return async ({ appId, openId }) => {
    const locale = await languageOf(appId, openId)
    const reply = (text: string) => messenger.sendText(appId, openId, text)
    if (!openIds.includes(openId)) return reply(DOCTOR_WORDS.notForYou[locale])
    await reply(DOCTOR_WORDS.working[locale])
    const results = await examine()
    const count = (status: CheckResult['status']) =>
      results.filter((result) => result.status === status).length
    const counts = {
      good: count('pass'),
      toKnow: count('warn'),
      toMend: count('fail'),
      unseen: count('skip'),
    }
    const told = results.filter(({ status }) => status === 'fail' || status === 'warn')
    await reply([DOCTOR_WORDS.summary[locale](counts), ...told.map(inWords)].join('\n'))
  }
}

function inWords({ name, appId, status, message, hint }: CheckResult): string {
  const line = `${SIGNS[status]} ${name}${appId === null ? '' : ` ${appId}`}: ${message}`
  return hint === null ? line : `${line}\n→ ${hint}`
}
