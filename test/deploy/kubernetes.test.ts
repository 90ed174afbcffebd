import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { ENDPOINTS } from '../../src/http/endpoints.ts'
import { root } from '../docs/markdown.ts'
import { readDockerfile } from './dockerfile.ts'
import {
  deployment,
  ingress,
  networkPolicy,
  podDisruptionBudget,
  prometheusRule,
  secret,
  service,
  serviceMonitor,
} from './kubernetes-schema.ts'
import { loadSettings } from './load-settings.ts'

const folder = join(root, 'deploy/kubernetes')
const load = (name: string): unknown => parse(readFileSync(join(folder, name), 'utf8'))
const workload = deployment.parse(load('deployment.yaml'))
const pod = workload.spec.template.spec
const [container] = pod.containers
const door = service.parse(load('service.yaml'))
const { labels } = workload.spec.template.metadata
const selected = { matchLabels: labels }

describe('the Kubernetes manifests', () => {
  it('are all applied but the example of a Secret', () => {
    const { resources } = load('kustomization.yaml') as { resources: string[] }
    const files = readdirSync(folder).filter((name) => !/^kustomization|example/.test(name))
    expect(resources.toSorted()).toEqual(files.sort())
  })

  it('run the service with settings that it accepts, from Secrets that the example has', () => {
    const env = Object.fromEntries(container.env.map(({ name, value }) => [name, value]))
    const config = loadSettings(env)
    expect(config.databaseUrl).toMatch(/^postgres:/)
    expect(workload.spec.replicas).toBeGreaterThan(1)
    const files = Object.entries(env).filter(([name]) => name.endsWith('_FILE'))
    const [mount] = container.volumeMounts
    const example = secret.parse(load('secret.example.yaml'))
    expect(files.map(([, path]) => path)).toEqual(
      Object.keys(example.stringData).map((key) => `${mount?.mountPath}/${key}`),
    )
    expect(new Set(Object.values(example.stringData))).toEqual(new Set(['REPLACE']))
    expect(pod.volumes[0].secret.secretName).toBe(example.metadata.name)
    expect(pod.volumes[0].secret.defaultMode.toString(8)).toBe('440')
    expect(container.readinessProbe.periodSeconds).toBeLessThan(config.shutdownDelaySeconds)
  })

  it('ask addresses that answer, and wait for a stop to end', () => {
    const known: readonly string[] = ENDPOINTS
    const { startupProbe, livenessProbe, readinessProbe } = container
    const paths = [startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet.path)
    expect(paths).toEqual(['/startupz', '/livez', '/readyz'])
    expect(paths.filter((path) => !known.includes(path))).toEqual([])
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(25)
    expect(pod.enableServiceLinks).toBe(false)
  })

  it('run the image as its own user, with nothing to write to', () => {
    const image = readDockerfile(readFileSync(join(root, 'deploy/Dockerfile'), 'utf8'))
    const user = image.findLast(({ name }) => name === 'USER')?.rest
    const { runAsUser, runAsGroup, runAsNonRoot } = pod.securityContext
    expect([`${runAsUser}:${runAsGroup}`, runAsNonRoot]).toEqual([user, true])
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    const exposed = image.find(({ name }) => name === 'EXPOSE')?.rest
    expect(container.ports.map(({ containerPort }) => containerPort).join(' ')).toBe(exposed)
  })

  it('find each other', () => {
    expect(workload.spec.selector).toEqual(selected)
    expect(door.spec.selector).toEqual(labels)
    expect(podDisruptionBudget.parse(load('pod-disruption-budget.yaml')).spec.selector).toEqual(
      selected,
    )
    const policy = networkPolicy.parse(load('network-policy.yaml'))
    expect(policy.spec.podSelector).toEqual(selected)
    const monitor = serviceMonitor.parse(load('service-monitor.yaml'))
    expect(monitor.spec.selector.matchLabels).toEqual(door.metadata.labels)
    const names = door.spec.ports.map(({ name }) => name)
    expect(monitor.spec.endpoints.map(({ port }) => port)).toEqual(['metrics'])
    expect(names).toEqual(container.ports.map(({ name }) => name))
    for (const { ports } of policy.spec.ingress) expect(names).toContain(ports[0]?.port)
  })

  it('let the world in to what people open, and nowhere else, once and unrecorded', () => {
    const { metadata, spec } = ingress.parse(load('ingress.yaml'))
    const paths = spec.rules.flatMap(({ http }) => http.paths)
    expect(paths.map(({ path }) => path)).toEqual(['/auth', '/callback'])
    expect(metadata.annotations).toEqual({
      'nginx.ingress.kubernetes.io/enable-access-log': 'false',
      'nginx.ingress.kubernetes.io/proxy-next-upstream': 'off',
    })
    for (const { backend } of paths) {
      expect(backend.service).toEqual({ name: door.metadata.name, port: { name: 'http' } })
    }
  })

  it('alert as the rules of Prometheus do: run scripts/build-prometheus-rule.mjs after a change', () => {
    const rules = join(root, 'grafana/prometheus/rules')
    const groups = readdirSync(rules)
      .filter((name) => name.endsWith('.yml'))
      .sort()
      .flatMap((name) => parse(readFileSync(join(rules, name), 'utf8')).groups)
    expect(prometheusRule.parse(load('prometheus-rule.yaml')).spec.groups).toEqual(groups)
    const monitor = serviceMonitor.parse(load('service-monitor.yaml'))
    const usual = parse(readFileSync(join(root, 'grafana/prometheus/prometheus.yml'), 'utf8'))
    expect(monitor.spec.endpoints[0]?.relabelings).toContainEqual({
      targetLabel: 'job',
      replacement: usual.scrape_configs[0].job_name,
    })
  })
})
