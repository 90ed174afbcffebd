import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { freePort } from '../support/free-port.ts'

/** One series of an answer, oldest sample first: seconds and value. */
export type Series = { labels: Record<string, string>; samples: [number, number][] }

/** A real Prometheus that scrapes one target every second. */
export interface LivePrometheus {
  /** Resolves when so many more scrapes have succeeded. */
  scraped(times: number): Promise<void>
  /** The value now, or at a time in seconds. */
  query(expression: string, at?: number): Promise<Series[]>
  /** Every second of a time span. */
  queryRange(expression: string, from: number, to: number): Promise<Series[]>
  /** The labels of every series that matches. */
  series(match: string): Promise<Record<string, string>[]>
  close(): Promise<void>
}

const labels = z.record(z.string(), z.string())
const sample = z.tuple([z.number(), z.string()])
const vector = z.array(z.object({ metric: labels, value: sample }))
const matrix = z.array(z.object({ metric: labels, values: z.array(sample) }))
const answer = z.object({ status: z.string(), error: z.string().optional(), data: z.unknown() })

/** Starts a Prometheus of the system on a target such as `http://127.0.0.1:9464/metrics`. */
export async function startPrometheus(target: string): Promise<LivePrometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'prometheus-'))
  const config = join(folder, 'prometheus.yml')
  await writeFile(config, configFor(new URL(target)))
  const address = `127.0.0.1:${await freePort()}`
  const child = spawn(
    'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
      '--log.level=warn',
    ],
    { stdio: 'ignore' },
  )
  const base = `http://${address}`
  await untilReady(base, child)

  async function ask(path: string, form: Record<string, string>): Promise<unknown> {
    const body = new URLSearchParams(form)
    const response = await fetch(`${base}/api/v1/${path}`, { method: 'POST', body })
    const { status, error, data } = answer.parse(await response.json())
    if (status !== 'success') throw new Error(`${error}: ${JSON.stringify(form)}`)
    return data
  }
  const result = async (path: string, form: Record<string, string>) =>
    z.object({ result: z.unknown() }).parse(await ask(path, form)).result

  const prometheus: LivePrometheus = {
    async scraped(times) {
      const scrapes = async () => {
        const [counted] = await prometheus.query('count_over_time(up[1h]) * (up == 1)')
        return counted?.samples[0]?.[1] ?? 0
      }
      const enough = (await scrapes()) + times
      await until(async () => (await scrapes()) >= enough, 'it was not scraped')
    },
    async query(query, at) {
      const time = at === undefined ? {} : { time: String(at) }
      return vector
        .parse(await result('query', { query, ...time }))
        .map(({ metric, value }) => ({ labels: metric, samples: [numbered(value)] }))
    },
    async queryRange(query, from, to) {
      const span = { start: String(from), end: String(to), step: '1' }
      return matrix
        .parse(await result('query_range', { query, ...span }))
        .map(({ metric, values }) => ({ labels: metric, samples: values.map(numbered) }))
    },
    async series(match) {
      return z.array(labels).parse(await ask('series', { 'match[]': match }))
    },
    async close() {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await gone
      await rm(folder, { recursive: true, force: true })
    },
  }
  return prometheus
}

function configFor({ host, pathname }: URL): string {
  return [
    'global: { scrape_interval: 1s, scrape_timeout: 1s }',
    'scrape_configs:',
    '  - job_name: lark-auth',
    `    metrics_path: ${pathname}`,
    `    static_configs: [{ targets: ['${host}'] }]`,
    '',
  ].join('\n')
}

async function untilReady(base: string, child: ChildProcess): Promise<void> {
  const isReady = async () => {
    if (child.exitCode !== null) throw new Error('prometheus ended at once')
    const response = await fetch(`${base}/-/ready`).catch(() => null)
    await response?.body?.cancel()
    return response?.ok === true
  }
  await until(isReady, 'prometheus did not start')
}

async function until(look: () => Promise<boolean>, complaint: string): Promise<void> {
  for (let patience = 0; patience < 300; patience++) {
    if (await look()) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(complaint)
}

function numbered([at, value]: [number, string]): [number, number] {
  return [at, Number(value.replace('Inf', 'Infinity'))]
}
