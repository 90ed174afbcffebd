import { Command, InvalidArgumentError } from 'commander'
import type { ExitCode } from './exit-code.ts'
import type { Sandbox } from './start-sandbox.ts'
import { untilStopped } from './until-stopped.ts'

type Options = {
  autopilot?: true
  host: string
  port: number
  servicePort: number
  json?: true
}

/** `sandbox`: a local Feishu, the service and a chat page; no credentials needed. */
export function sandboxCommand(report: (code: ExitCode) => void): Command {
  return new Command('sandbox')
    .description('try it all on this machine: a local Feishu, the service and a chat page')
    .option('--autopilot', 'play the person too, print each step, and exit')
    .option('--port <port>', 'where the chat page listens, if it is free', parsePort, 4100)
    .option('--service-port <port>', 'where the service listens, if it is free', parsePort, 8000)
    .option('--host <address>', 'what all of it listens on; 0.0.0.0 in a container', '127.0.0.1')
    .option('--json', 'print JSON')
    .action(async (options: Options) => report(await runSandbox(options)))
}

async function runSandbox(options: Options): Promise<ExitCode> {
  const startedAt = performance.now()
  // Loaded here alone: the service must not start with a second Feishu in its memory.
  const { startSandbox } = await import('./start-sandbox.ts')
  const sandbox = await startSandbox(options)
  if (options.autopilot) {
    const { autopilot } = await import('./autopilot.ts')
    try {
      return await autopilot(sandbox, { startedAt, json: options.json === true })
    } finally {
      await sandbox.close()
    }
  }
  const { chatUrl, serviceUrl, metricsUrl, curl } = sandbox
  if (options.json) {
    console.log(JSON.stringify({ chatUrl, serviceUrl, metricsUrl, curl }))
  } else {
    console.log(welcome(sandbox, options))
    sandbox.app.parts.events.on((event) => {
      if (event.type === 'session_ended' && event.session.state === 'completed') {
        console.log(congratulation(sandbox, event.session.openId))
      }
    })
  }
  return untilStopped({ open: async () => ({ close: sandbox.close }), log: sandbox.log })
}

function welcome(sandbox: Sandbox, wanted: Options): string {
  const { chatUrl, serviceUrl, metricsUrl, databasePath } = sandbox
  const chat = elsewhere(chatUrl, wanted.port)
  const service = elsewhere(serviceUrl, wanted.servicePort)
  const database = databasePath ?? 'in memory, because data/ cannot be written here'
  return `
  Sandbox. This is not Feishu; nothing leaves this machine.

    Chat page   ${chatUrl}   <- open this, and tap Authorize${chat}
    Service     ${serviceUrl}/docs${service}
    Metrics     ${metricsUrl}
    Database    ${database}

  It made its own encryption key and API key for this run: never use them anywhere else.
  Stop with Ctrl+C; its database goes with it.
`
}

/** Says so when somebody else had the wanted port. */
function elsewhere(url: string, wanted: number): string {
  return wanted === 0 || new URL(url).port === String(wanted) ? '' : `   (${wanted} is taken)`
}

function congratulation({ emulator, curlFor }: Sandbox, openId: string): string {
  const person = emulator.people.find((each) => each.openId === openId)
  return `  ${person?.name ?? openId} authorized. Read the token as a bot would:

    ${curlFor(openId)}
`
}

function parsePort(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new InvalidArgumentError('Give a port from 0 to 65535.')
  }
  return port
}
