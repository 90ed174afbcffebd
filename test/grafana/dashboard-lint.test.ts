import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { DASHBOARDS, textOf } from '../../scripts/dashboards/all-dashboards.ts'
import { dashboardFiles, panelsOf, readDashboard } from './dashboard-model.ts'
import { type Finding, lint } from './lint-rules.ts'

const folder = resolve(import.meta.dirname, '../../grafana/dashboards')
const dashboards = dashboardFiles.map(readDashboard)
const exclusions = readExclusions()

describe('the dashboards', () => {
  it('are those that scripts/build-dashboards.ts writes', () => {
    expect(dashboardFiles.toSorted()).toEqual(DASHBOARDS.map(({ uid }) => `${uid}.json`).toSorted())
    for (const dashboard of DASHBOARDS) {
      expect(readFileSync(join(folder, `${dashboard.uid}.json`), 'utf8')).toBe(textOf(dashboard))
    }
  })

  it('have unique addresses and names', () => {
    expect(new Set(dashboards.map(({ uid }) => uid)).size).toBe(dashboards.length)
    expect(new Set(dashboards.map(({ title }) => title)).size).toBe(dashboards.length)
  })
})

describe.each(dashboards)('$uid', (dashboard) => {
  it('has nothing that dashboard-linter would not like, but for what .lint excuses', () => {
    expect(lint(dashboard).filter((finding) => !isExcused(finding))).toEqual([])
  })

  it('gives every panel a number and every query a letter of its own', () => {
    const ids = dashboard.panels.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { targets } of panelsOf(dashboard)) {
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length)
    }
  })

  it('names no two panels alike', () => {
    const titles = panelsOf(dashboard).map(({ title }) => title)
    expect(new Set(titles).size).toBe(titles.length)
  })

  it('names its series wherever there is more than one query', () => {
    const unnamed = panelsOf(dashboard)
      .filter(({ type, targets }) => type !== 'table' && targets.length > 1)
      .filter(({ targets }) => targets.some(({ legendFormat }) => legendFormat === undefined))
    expect(unnamed.map(({ title }) => title)).toEqual([])
  })

  it('fills lines of 24 columns without gaps or overlaps', () => {
    const covered = new Map<string, string>()
    for (const panel of dashboard.panels) {
      const { x, y, w, h } = panel.gridPos
      expect(x + w, panel.title).toBeLessThanOrEqual(24)
      for (let column = x; column < x + w; column++) {
        for (let line = y; line < y + h; line++) {
          const cell = `${column},${line}`
          expect(covered.get(cell), `${panel.title} lies on another panel`).toBeUndefined()
          covered.set(cell, panel.title)
        }
      }
    }
    const bottom = Math.max(...dashboard.panels.map(({ gridPos: { y, h } }) => y + h))
    expect(covered.size).toBe(bottom * 24)
  })

  it('begins its colours at the bottom and goes up', () => {
    for (const { title, fieldConfig } of panelsOf(dashboard)) {
      const [first, ...rest] = fieldConfig.defaults.thresholds.steps.map(({ value }) => value)
      expect(first, title).toBeNull()
      expect(rest.map(Number), title).toEqual(rest.map(Number).toSorted((a, b) => a - b))
    }
  })
})

describe('.lint', () => {
  it('excuses nothing that is not there, and says why', () => {
    const findings = dashboards.flatMap(lint)
    for (const [rule, { entries }] of Object.entries(exclusions)) {
      for (const entry of entries) {
        expect(entry.reason.length).toBeGreaterThan(10)
        const used = findings.some(
          (one) =>
            one.rule === rule && one.dashboard === entry.dashboard && one.panel === entry.panel,
        )
        expect([entry.panel, used]).toEqual([entry.panel, true])
      }
    }
  })
})

describe('the linter', () => {
  const [sound] = dashboards
  if (!sound) throw new Error('there is no dashboard')
  const withExpression = (expr: string) => {
    const broken = structuredClone(sound)
    const [panel] = panelsOf(broken)
    if (panel?.targets[0]) panel.targets[0].expr = expr
    return lint(broken).map(({ rule }) => rule)
  }

  it.each([
    ['target-job-rule', 'sum(up{instance=~"$instance"})'],
    ['target-instance-rule', 'sum(up{job=~"$job"})'],
    ['target-counter-agg-rule', 'sum(x_total{job=~"$job", instance=~"$instance"})'],
    ['target-rate-interval-rule', 'rate(x_total{job=~"$job", instance=~"$instance"}[7m])'],
    ['target-promql-rule', 'up'],
  ])('finds %s', (rule, expression) => {
    expect(withExpression(expression)).toContain(rule)
  })

  it.each([
    ['template-datasource-rule', (one: typeof sound) => one.templating.list.splice(0, 1)],
    ['template-job-rule', (one: typeof sound) => one.templating.list.splice(1, 1)],
    ['uneditable-dashboard', (one: typeof sound) => Object.assign(one, { editable: true })],
  ])('finds %s', (rule, breakIt) => {
    const broken = structuredClone(sound)
    breakIt(broken)
    expect(lint(broken).map((finding) => finding.rule)).toContain(rule)
  })
})

function isExcused({ rule, dashboard, panel }: Finding): boolean {
  const entries = exclusions[rule]?.entries ?? []
  return entries.some((entry) => entry.dashboard === dashboard && entry.panel === panel)
}

function readExclusions() {
  const entry = z.strictObject({ dashboard: z.string(), panel: z.string(), reason: z.string() })
  const rules = z.record(
    z.string(),
    z.strictObject({ reason: z.string(), entries: z.array(entry).min(1) }),
  )
  const file = z.strictObject({ exclusions: rules })
  return file.parse(parse(readFileSync(join(folder, '.lint'), 'utf8'))).exclusions
}
