import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { freePort } from '../support/free-port.ts'
import { quickAlertmanager, quickPrometheus, quickRules } from './quick-config.ts'

const notification = z.object({
  alerts: z.array(
    z.object({
      status: z.enum(['firing', 'resolved']),
      labels: z.record(z.string(), z.string()),
      annotations: z.record(z.string(), z.string()),
    }),
  ),
})

/** An alert as somebody is told of it, and where: `page`, `chat` or `ticket`. */
export type Told = z.infer<typeof notification>['alerts'][number] & { receiver: string }

/** A real Prometheus with our rules and a real Alertmanager with our routes, in a hurry. */
export interface LiveAlerting {
  /** Everything that was told so far, the oldest first. */
  told(): readonly Told[]
  /** Whether the newest scrape has worked. */
  isScraping(): Promise<boolean>
  close(): Promise<void>
}

/** Starts both for a target such as `http://127.0.0.1:9464/metrics`. */
export async function startAlerting(target: string): Promise<LiveAlerting> {
  const told: Told[] = []
  const folder = mkdtempSync(join(tmpdir(), 'alerting-'))
  const receiver = await startReceiver((alert) => told.push(alert))
  const alertmanager = `127.0.0.1:${await freePort()}`
  const prometheus = `127.0.0.1:${await freePort()}`

  mkdirSync(join(folder, 'rules'))
  for (const [file, rules] of quickRules()) writeFileSync(join(folder, 'rules', file), rules)
  const file = (name: string, content: string) => {
    writeFileSync(join(folder, name), content)
    return `--config.file=${join(folder, name)}`
  }
  const processes = [
    spawnQuietly('prometheus-alertmanager', [
      file('alertmanager.yml', quickAlertmanager(receiver.url)),
      `--storage.path=${join(folder, 'alertmanager')}`,
      `--web.listen-address=${alertmanager}`,
      '--cluster.listen-address=',
    ]),
    spawnQuietly('prometheus', [
      file('prometheus.yml', quickPrometheus(new URL(target).host, alertmanager)),
      `--storage.tsdb.path=${join(folder, 'prometheus')}`,
      `--web.listen-address=${prometheus}`,
    ]),
  ]

  return {
    told: () => told,
    async isScraping() {
      const query = new URLSearchParams({ query: 'up' })
      const answer = await fetch(`http://${prometheus}/api/v1/query?${query}`).catch(() => null)
      return (await answer?.text())?.includes('"1"]') ?? false
    },
    async close() {
      await Promise.all(processes.map(stop))
      await new Promise((resolve) => {
        receiver.server.close(resolve)
        receiver.server.closeAllConnections()
      })
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function startReceiver(
  tell: (alert: Told) => void,
): Promise<{ url: string; server: Server }> {
  const server = createServer(async (request, response) => {
    const { alerts } = notification.parse(JSON.parse(await text(request)))
    for (const alert of alerts) tell({ ...alert, receiver: (request.url ?? '').slice(1) })
    response.end()
  })
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${port}`, server }
}

function spawnQuietly(program: string, args: readonly string[]): ChildProcess {
  return spawn(program, [...args, '--log.level=error'], { stdio: 'ignore' })
}

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })
}
