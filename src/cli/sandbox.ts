import { Command, InvalidArgumentError } from 'commander'
import { autopilot } from './autopilot.ts'
import type { ExitCode } from './exit-code.ts'
import { startSandbox } from './start-sandbox.ts'
import { untilStopped } from './until-stopped.ts'

type Options = { autopilot?: true; port: number; servicePort: number; json?: true }

/** `sandbox`: a local Feishu, the service and a chat page; no credentials needed. */
export function sandboxCommand(report: (code: ExitCode) => void): Command {
  return new Command('sandbox')
    .description('try it all on this machine: a local Feishu, the service and a chat page')
    .option('--autopilot', 'play the person too, print each step, and exit')
    .option('--port <port>', 'where the chat page listens, if it is free', parsePort, 4100)
    .option('--service-port <port>', 'where the service listens, if it is free', parsePort, 8000)
    .option('--json', 'print JSON')
    .action(async (options: Options) => report(await runSandbox(options)))
}

async function runSandbox(options: Options): Promise<ExitCode> {
  const startedAt = performance.now()
  const sandbox = await startSandbox(options)
  if (options.autopilot) {
    try {
      return await autopilot(sandbox, { startedAt, json: options.json === true })
    } finally {
      await sandbox.close()
    }
  }
  const { chatUrl, serviceUrl, metricsUrl, curl } = sandbox
  if (options.json) console.log(JSON.stringify({ chatUrl, serviceUrl, metricsUrl, curl }))
  else console.log(welcome(sandbox))
  return untilStopped({ close: sandbox.close, log: sandbox.log })
}

function welcome({
  chatUrl,
  serviceUrl,
  metricsUrl,
  curl,
}: Awaited<ReturnType<typeof startSandbox>>) {
  return `
  Sandbox. This is not Feishu; nothing leaves this machine.
  It made its own encryption key and API key for this run: never use them anywhere else.

    Chat page   ${chatUrl}          <- open this, and tap Authorize
    Service     ${serviceUrl}/docs
    Metrics     ${metricsUrl}

  After the card turned green, read the token as a bot would:

    ${curl}

  Stop with Ctrl+C.
`
}

function parsePort(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new InvalidArgumentError('Give a port from 0 to 65535.')
  }
  return port
}
