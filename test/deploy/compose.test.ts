import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { runHere } from '../cli/run-here.ts'
import { root } from '../docs/markdown.ts'
import { composeFile } from './compose-schema.ts'
import { loadSettings, readLines } from './load-settings.ts'

const read = (path: string) => readFileSync(join(root, 'deploy', path), 'utf8')
const compose = composeFile.parse(parse(read('compose.yaml'), { merge: true }))
const services = Object.entries(compose.services)
const { sandbox, service, prometheus, grafana, postgres } = compose.services

describe('the Compose file', () => {
  it.each(services)('%s has what it refers to', (_name, each) => {
    for (const secret of each.secrets ?? []) expect(compose.secrets).toHaveProperty(secret)
    for (const volume of each.volumes ?? []) {
      const [source = ''] = volume.split(':')
      if (source.startsWith('.'))
        expect([volume, existsSync(join(root, 'deploy', source))]).toEqual([volume, true])
      else expect(compose.volumes).toHaveProperty(source)
    }
    if (each.build) {
      const context = join(root, 'deploy', each.build.context)
      expect(existsSync(join(context, each.build.dockerfile))).toBe(true)
    } else expect(each.image).toMatch(/:v?\d[\w.-]*$/)
  })

  it.each(services)(
    '%s can change nothing but its volumes, and opens no port to others',
    (_name, each) => {
      expect(each).toMatchObject({ read_only: true, cap_drop: ['ALL'], restart: 'unless-stopped' })
      expect(each.security_opt).toContain('no-new-privileges:true')
      for (const port of each.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:(?!9464:)\d+:\d+$/)
    },
  )

  it('gives prod a configuration that the service accepts, with its secrets in files', () => {
    const env = { ...readLines(read('service.env.example')), ...service?.environment }
    const config = loadSettings(env)
    expect(config.trustedProxies).toEqual([compose.networks.default.ipam.config[0]?.gateway])
    const files = Object.entries(env).filter(([name]) => name.endsWith('_FILE'))
    expect(files.map(([, path]) => path.replace('/run/secrets/', ''))).toEqual(service?.secrets)
    expect(service?.volumes).toContain('data:/app/data')
    expect(Number.parseInt(service?.stop_grace_period ?? '', 10)).toBeGreaterThan(25)
    expect(postgres?.profiles).toEqual(['postgres'])
  })

  it('runs the sandbox in demo with options that exist, and watches it', async () => {
    const { out } = await runHere([...(sandbox?.command ?? []), '--help'])
    expect(out).toContain('--host <address>')
    expect(sandbox?.tmpfs?.[0]).toMatch(/^\/app\/data:/)
    const { scrape_configs: scrapes } = parse(read('prometheus.demo.yml'))
    expect(scrapes[0].static_configs[0].targets).toEqual(['sandbox:9464'])
    const usual = parse(readFileSync(join(root, 'grafana/prometheus/prometheus.yml'), 'utf8'))
    expect(scrapes[0].job_name).toBe(usual.scrape_configs[0].job_name)
    expect(prometheus?.volumes).toContain('./prometheus.demo.yml:/etc/prometheus/prometheus.yml:ro')
    expect(grafana?.environment).toMatchObject({ PROMETHEUS_URL: 'http://prometheus:9090' })
  })

  it('keeps secrets and settings out of Git', () => {
    const ignored = readFileSync(join(root, '.gitignore'), 'utf8').split('\n')
    expect(ignored).toEqual(expect.arrayContaining(['deploy/service.env', 'deploy/secrets/']))
    for (const { file } of Object.values(compose.secrets)) expect(file).toMatch(/^secrets\//)
  })
})
