import type { Clock } from './auth/ports.ts'
import type { Config } from './config.ts'
import { createChecks } from './doctor/doctor.ts'
import { createDoctorCommand } from './doctor/doctor-command.ts'
import { runChecks } from './doctor/run-checks.ts'
import { createCommandEvents, type MessageListener } from './feishu/command-events.ts'
import type { Parts, PartsApp } from './parts.ts'

/** Creates the ear for `/auth doctor`; with nobody in `DOCTOR_OPEN_IDS` the command is left to the bot. */
export function createChatDoctor({
  config,
  apps,
  parts,
  clock,
}: {
  config: Config
  apps: readonly PartsApp[]
  parts: Pick<Parts, 'store' | 'http' | 'inbox' | 'languageOf' | 'messenger'>
  clock: Clock
}): MessageListener {
  const { store, http, inbox, languageOf, messenger } = parts
  const examine = () =>
    runChecks(
      createChecks({
        ...config,
        apps,
        store,
        http,
        clock,
        usesLongConnection: config.cardCallback === 'long_connection',
        isOffline: false,
      }),
    )
  return createCommandEvents({
    inbox,
    commands: config.doctorOpenIds.length > 0 ? ['/auth doctor'] : [],
    onCommand: createDoctorCommand({
      openIds: config.doctorOpenIds,
      examine,
      languageOf,
      messenger,
    }),
  })
}
