import { z } from 'zod'
import type { ConfigurationFault } from '../errors.ts'
import { FIXES } from './config-fixes.ts'
import { brand, redirectUri, scopesText, type VariableName } from './config-schema.ts'
import { errorCode, type ReadFile } from './config-secrets.ts'

const filled = z.string('is not set').trim().min(1, 'is empty')

const appSchema = z.strictObject(
  {
    appId: z.string('is not set').regex(/^cli_[0-9a-fA-F]{16}$/, 'is not cli_ and 16 hex digits'),
    appSecret: filled,
    brand: brand.optional(),
    encryptKey: filled.optional(),
    verificationToken: filled.optional(),
    redirectUri: redirectUri.optional(),
    scopes: z
      .preprocess((list) => (Array.isArray(list) ? list.join(' ') : list), scopesText)
      .optional(),
  },
  {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `has a key that means nothing here: ${issue.keys.join(', ')}`
        : 'is not a JSON object',
  },
)

/** An app as it is written down; what it leaves out comes from the other variables. */
export type AppEntry = z.output<typeof appSchema>

/** The apps that were found, and everything wrong with them. */
export type ReadApps = { entries: readonly AppEntry[]; faults: readonly ConfigurationFault[] }

/** The variable that says the same as a field, for its fix. */
const VARIABLE_OF: Record<keyof AppEntry, VariableName> = {
  appId: 'FEISHU_APP_ID',
  appSecret: 'FEISHU_APP_SECRET',
  brand: 'FEISHU_BRAND',
  encryptKey: 'FEISHU_ENCRYPT_KEY',
  verificationToken: 'FEISHU_VERIFICATION_TOKEN',
  redirectUri: 'OAUTH_REDIRECT_URI',
  scopes: 'OAUTH_SCOPES',
}

/** The fields that describe one app alone, and so have no variable beside a file of apps. */
const OWN_FIELDS = ['appId', 'appSecret', 'encryptKey', 'verificationToken'] as const

type Values = Readonly<Partial<Record<VariableName, string>>>

/** Reads the apps from FEISHU_APPS_FILE, or the one app from FEISHU_APP_ID and its companions. */
export function readApps(values: Values, readFile: ReadFile): ReadApps {
  const path = values.FEISHU_APPS_FILE
  return path === undefined ? readSingleApp(values) : readAppsFile(path, values, readFile)
}

function readSingleApp(values: Values): ReadApps {
  const parsed = appSchema.safeParse(
    Object.fromEntries(OWN_FIELDS.map((field) => [field, values[VARIABLE_OF[field]]])),
  )
  if (parsed.success) return { entries: [parsed.data], faults: [] }
  return {
    entries: [],
    faults: parsed.error.issues.map(({ path: [field], message }) => {
      const name = variableOf(field) ?? 'FEISHU_APP_ID'
      return { name, problem: message, fix: FIXES[name] }
    }),
  }
}

function readAppsFile(path: string, values: Values, readFile: ReadFile): ReadApps {
  const faults: ConfigurationFault[] = OWN_FIELDS.map((field) => VARIABLE_OF[field])
    .filter((name) => values[name] !== undefined)
    .map((name) => ({
      name,
      problem: 'is set together with FEISHU_APPS_FILE',
      fix: 'Move it into the file, or leave FEISHU_APPS_FILE empty.',
    }))
  const complain = (problem: string, fix = FIXES.FEISHU_APPS_FILE) =>
    faults.push({ name: 'FEISHU_APPS_FILE', problem, fix })

  const list = parseList(path, readFile)
  if (!list.ok) {
    complain(list.problem)
    return { entries: [], faults }
  }
  const entries: AppEntry[] = []
  for (const [index, item] of list.items.entries()) {
    const parsed = appSchema.safeParse(item)
    if (parsed.success) {
      if (entries.some(({ appId }) => appId === parsed.data.appId)) {
        complain(`app ${index + 1}: appId is the same as that of an earlier app`)
      }
      entries.push(parsed.data)
      continue
    }
    for (const issue of parsed.error.issues) {
      const [field] = issue.path
      const variable = variableOf(field)
      const where = `app ${index + 1}${variable ? `: ${String(field)}` : ''}`
      complain(`${where} ${issue.message}`, FIXES[variable ?? 'FEISHU_APPS_FILE'])
    }
  }
  return { entries, faults }
}

/** The text of a JSON error quotes what it stumbled over, which may be a secret; so none of it is shown. */
function parseList(
  path: string,
  readFile: ReadFile,
): { ok: true; items: readonly unknown[] } | { ok: false; problem: string } {
  let text: string
  try {
    text = readFile(path)
  } catch (error) {
    return { ok: false, problem: `names a file that cannot be read (${errorCode(error)})` }
  }
  try {
    const items: unknown = JSON.parse(text)
    return Array.isArray(items) && items.length > 0
      ? { ok: true, items }
      : { ok: false, problem: 'holds no list of apps' }
  } catch {
    return { ok: false, problem: 'is not valid JSON' }
  }
}

function variableOf(field: PropertyKey | undefined): VariableName | undefined {
  const known = Object.entries(VARIABLE_OF).find(([name]) => name === field)
  return known?.[1]
}
