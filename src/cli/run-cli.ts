import { Command, CommanderError } from 'commander'
import { CardAuthError, ConfigurationError } from '../errors.ts'
import { VERSION } from '../version.ts'
import { apikeyCommand } from './apikey.ts'
import { auditCommand } from './audit.ts'
import { backupCommand } from './backup.ts'
import { cardCommand } from './card.ts'
import { doctorCommand } from './doctor.ts'
import type { ExitCode } from './exit-code.ts'
import { keysCommand } from './keys.ts'
import { metricsCommand } from './metrics.ts'
import { openapiCommand } from './openapi.ts'
import { restoreCommand } from './restore.ts'
import { sandboxCommand } from './sandbox.ts'
import { serveCommand } from './serve.ts'
import { sessionsCommand } from './sessions.ts'
import { tokensCommand } from './tokens.ts'
import { webhooksCommand } from './webhooks.ts'

/** Runs one command line and resolves with its exit code; errors go to standard error, each with its next step. */
export async function runCli(args: readonly string[]): Promise<ExitCode> {
  const program = new Command('feishu-card-auth')
    .description('Gets a user_access_token with a tap on a Feishu card.')
    .version(VERSION)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text) })
  let outcome: ExitCode = 0
  const report = (code: ExitCode): void => {
    outcome = code
  }
  const commands = [
    serveCommand(report),
    sandboxCommand(report),
    doctorCommand(report),
    cardCommand(),
    sessionsCommand(),
    tokensCommand(),
    keysCommand(report),
    webhooksCommand(report),
    apikeyCommand(report),
    auditCommand(report),
    backupCommand(report),
    restoreCommand(report),
    metricsCommand(),
    openapiCommand(),
  ]
  for (const command of commands) program.addCommand(inherit(command, program))
  try {
    await program.parseAsync([...args], { from: 'user' })
    return outcome
  } catch (error) {
    return explain(error)
  }
}

/** Subcommands made apart do not take over how their parent leaves and prints. */
function inherit(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent)
  for (const each of command.commands) inherit(each, command)
  return command
}

function explain(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 64
  if (error instanceof ConfigurationError) {
    console.error(error.message)
    return 78
  }
  if (error instanceof CardAuthError) {
    console.error(`${error.code}: ${error.message}`)
    return error.code === 'app_misconfigured' ? 78 : 1
  }
  console.error(error)
  return 1
}
