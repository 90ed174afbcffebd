import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

/** The folder of the repository. */
export const root = resolve(import.meta.dirname, '../..')

/** Where everything for Prometheus is. */
export const prometheusFolder = join(root, 'grafana/prometheus')

const alert = z.strictObject({
  alert: z.string(),
  expr: z.string(),
  for: z.string().optional(),
  labels: z.strictObject({ severity: z.enum(['critical', 'warning', 'info']) }),
  annotations: z.strictObject({
    summary: z.string(),
    description: z.string(),
    runbook_url: z.url(),
    dashboard_url: z.url(),
  }),
})
const recording = z.strictObject({ record: z.string(), expr: z.string() })
const ruleFile = z.strictObject({
  groups: z.array(
    z.strictObject({ name: z.string(), rules: z.array(z.union([alert, recording])) }),
  ),
})
const testFile = z.looseObject({
  tests: z.array(
    z.looseObject({
      name: z.string(),
      promql_expr_test: z.array(
        z.strictObject({
          expr: z.string(),
          eval_time: z.string(),
          exp_samples: z.array(z.strictObject({ labels: z.string(), value: z.number() })),
        }),
      ),
    }),
  ),
})

/** An alert as its file has it. */
export type Alert = z.infer<typeof alert>

/** What a case of promtool expects: a question, and what it is answered. */
export type Expectation = { file: string; expr: string; isSilent: boolean }

/** The YAML files of one folder, by path. */
export function yamlFiles(folder: 'rules' | 'tests'): string[] {
  const names = readdirSync(join(prometheusFolder, folder)).filter((name) => name.endsWith('.yml'))
  return names.sort().map((name) => join(prometheusFolder, folder, name))
}

/** Every rule of every file, in their order. */
export function allRules() {
  return yamlFiles('rules').flatMap((file) => {
    const { groups } = ruleFile.parse(parse(readFileSync(file, 'utf8')))
    return groups.flatMap(({ rules }) => rules)
  })
}

/** The names of what the rules record. */
export function recordedNames(): Set<string> {
  return new Set(allRules().flatMap((rule) => ('record' in rule ? [rule.record] : [])))
}

/** Every alert; one name can have several, of different severity. */
export function allAlerts(): Alert[] {
  return allRules().filter((rule): rule is Alert => 'alert' in rule)
}

/** What all the cases expect. */
export function allExpectations(): Expectation[] {
  return yamlFiles('tests').flatMap((file) => {
    const { tests } = testFile.parse(parse(readFileSync(file, 'utf8')))
    return tests.flatMap(({ promql_expr_test: expectations }) =>
      expectations.map(({ expr, exp_samples: samples }) => ({
        file,
        expr,
        isSilent: samples.length === 0,
      })),
    )
  })
}
