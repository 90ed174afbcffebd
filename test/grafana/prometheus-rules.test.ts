import { execFile } from 'node:child_process'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { missingPrograms } from './debian-programs.ts'
import { allAlerts, allExpectations, prometheusFolder, yamlFiles } from './rule-files.ts'

const run = promisify(execFile)
const PATIENCE = { timeout: 120_000 }

const noPromtool = missingPrograms('promtool')
describe.skipIf(noPromtool !== '')(`grafana/prometheus by promtool${noPromtool}`, PATIENCE, () => {
  it('has a configuration that Prometheus takes, with every rule file', async () => {
    const { stdout } = await run('promtool', [
      'check',
      'config',
      join(prometheusFolder, 'prometheus.yml'),
    ])
    expect(stdout).toContain(`${yamlFiles('rules').length} rule files found`)
  })

  it('has rules that Prometheus takes, and none twice', async () => {
    const { stdout, stderr } = await run('promtool', ['check', 'rules', ...yamlFiles('rules')])
    expect(stdout).toContain('SUCCESS')
    expect(stdout + stderr).not.toMatch(/duplicate|error/i)
  })

  it.each(yamlFiles('tests').map((file) => [basename(file), file]))(
    'keeps to %s',
    async (_, file) => {
      const { stdout } = await run('promtool', ['test', 'rules', file])
      expect(stdout).toContain('SUCCESS')
    },
  )
})

const noAmtool = missingPrograms('amtool')
describe.skipIf(noAmtool !== '')(`grafana/prometheus by amtool${noAmtool}`, PATIENCE, () => {
  it('has an example for Alertmanager that it takes', async () => {
    const config = join(prometheusFolder, 'alertmanager.yml')
    expect((await run('amtool', ['check-config', config])).stdout).toContain('SUCCESS')
  })

  it.each([
    ['critical', 'page'],
    ['warning', 'chat'],
    ['info', 'ticket'],
  ])('sends what is %s to %s', async (severity, receiver) => {
    const config = `--config.file=${join(prometheusFolder, 'alertmanager.yml')}`
    const routed = run('amtool', ['config', 'routes', 'test', config, `severity=${severity}`])
    expect((await routed).stdout.trim()).toBe(receiver)
  })
})

describe('the cases of the alerts', () => {
  const expectations = allExpectations()
  const inItsOwnFile = ({ file }: { file: string }) => !basename(file).startsWith('scenario-')
  const names = [...new Set(allAlerts().map(({ alert }) => alert))]

  it.each(names)('let %s fire once, and keep it silent once', (name) => {
    const own = expectations.filter(inItsOwnFile).filter(({ expr }) => expr.includes(`"${name}"`))
    expect(own.map(({ isSilent }) => isSilent)).toContain(false)
    expect(own.map(({ isSilent }) => isSilent)).toContain(true)
  })

  it('let every severity of the burn rate fire', () => {
    const fired = expectations.filter(({ isSilent }) => !isSilent).map(({ expr }) => expr)
    const rules = allAlerts().filter(({ alert }) => alert === 'LarkAuthErrorBudgetBurn')
    const silent = rules
      .map(({ alert, labels }) => [`"${alert}"`, `"${labels.severity}"`])
      .filter((words) => !fired.some((expr) => words.every((word) => expr.includes(word))))
    expect(rules).toHaveLength(3)
    expect(silent).toEqual([])
  })
})
