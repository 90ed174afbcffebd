import type { Dashboard } from './dashboard.ts'
import { feishu } from './feishu.ts'
import { overview } from './overview.ts'
import { runtime } from './runtime.ts'
import { tokens } from './tokens.ts'

/** Every dashboard, from general to specific. */
export const DASHBOARDS: readonly Dashboard[] = [overview, tokens, feishu, runtime]

/** A dashboard as it stands in its file. */
export function textOf(dashboard: Dashboard): string {
  return `${JSON.stringify(dashboard, null, 2)}\n`
}
