import type { z } from 'zod'
import type { ConfigurationFault } from '../errors.ts'
import { FIXES } from './config-fixes.ts'
import { type VariableName, variableName } from './config-schema.ts'

/** What is wrong with a variable, as the schema found it, and how to mend it. */
export function faultOfIssue(issue: z.core.$ZodIssue): ConfigurationFault & { name: VariableName } {
  const name = variableName.parse(issue.path[0])
  const fix: unknown = issue.code === 'custom' ? issue.params?.fix : undefined
  return { name, problem: issue.message, fix: typeof fix === 'string' ? fix : FIXES[name] }
}
