import { CALENDAR_AND_TASK_SCOPES } from './calendar-and-task-scopes.ts'
import { DOCUMENT_SCOPES } from './document-scopes.ts'
import { MESSAGE_SCOPES } from './message-scopes.ts'
import { PEOPLE_SCOPES } from './people-scopes.ts'
import type { Wording } from './wording.ts'

/**
 * What the scopes that bots ask for let an app do; each phrase goes on from "would like to act as you to".
 * @see https://open.feishu.cn/document/server-docs/application-scope/scope-list
 */
export const SCOPE_CATALOGUE: ReadonlyMap<string, Wording> = new Map<string, Wording>(
  Object.entries({
    ...PEOPLE_SCOPES,
    ...CALENDAR_AND_TASK_SCOPES,
    ...DOCUMENT_SCOPES,
    ...MESSAGE_SCOPES,
  }),
)

/** What a scope lets an app do, in plain words; undefined for one that is not in the catalogue. */
export function scopeWords(scope: string): Wording | undefined {
  return SCOPE_CATALOGUE.get(scope)
}
