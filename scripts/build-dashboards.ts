// Writes grafana/dashboards/*.json from scripts/dashboards: `npx tsx scripts/build-dashboards.ts`.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DASHBOARDS, textOf } from './dashboards/all-dashboards.ts'

const folder = join(import.meta.dirname, '../grafana/dashboards')
mkdirSync(folder, { recursive: true })
for (const dashboard of DASHBOARDS) {
  writeFileSync(join(folder, `${dashboard.uid}.json`), textOf(dashboard))
}
