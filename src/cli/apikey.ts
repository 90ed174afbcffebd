import { Command } from 'commander'
import type { ApiKeyRecord } from '../access/api-key-store.ts'
import type { Permissions } from '../access/permissions.ts'
import { everyWord, parseKeyName, permissionsOf } from './apikey-options.ts'
import type { ExitCode } from './exit-code.ts'
import { withParts } from './with-parts.ts'

type Json = { json?: true }

type CreateOptions = Json & {
  name: string
  action: string[]
  app: string[]
  scope: string[]
  person: string[]
}

/** `apikey create|list|revoke`: who may call `/v1`, and what each of them may do. */
export function apikeyCommand(report: (code: ExitCode) => void): Command {
  const apikey = new Command('apikey').description(
    'keys for callers of /v1, each with what it may do',
  )
  apikey
    .command('create')
    .description('make a key; its secret is shown this once')
    .requiredOption('--name <name>', 'who will use it: a-z, 0-9 and -', parseKeyName)
    .option('--action <action>', 'what it may do: ask, read or revoke; repeatable', everyWord, [])
    .option('--app <app_id>', 'for which app; repeatable', everyWord, [])
    .option('--scope <scope>', 'which scopes a card or a token may have; repeatable', everyWord, [])
    .option('--person <open_id>', 'about whom; repeatable', everyWord, [])
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      "\nWhat is not given is denied; '*' gives all of a kind, such as --person '*'.\nExample: apikey create --name calendar-bot --action ask --action read --app cli_a1b2c3d4e5f60718 \\\n  --scope calendar:calendar:readonly --person '*'",
    )
    .action(async ({ name, json, ...given }: CreateOptions, command: Command) => {
      const complain = (why: string) => command.error(`error: ${why}`)
      report(await create(name, permissionsOf(given, complain), json))
    })
  apikey
    .command('list')
    .description('every key by name, with what it may do; no secret is ever printed')
    .option('--json', 'print JSON')
    .action(async ({ json }: Json) => {
      const keys = (await withParts(({ access }) => access.apiKeys.list())).map(toShown)
      if (json) console.log(JSON.stringify(keys, null, 2))
      else if (keys.length === 0) console.log('No keys in the database. See apikey create --help.')
      else console.table(keys.map(toRow))
    })
  apikey
    .command('revoke')
    .argument('<name>')
    .description('end a key for good; running instances follow within seconds')
    .option('--json', 'print JSON')
    .action(async (name: string, { json }: Json) => {
      const revoked = (await withParts(({ access }) => access.apiKeys.revoke(name))) !== null
      if (json) console.log(JSON.stringify({ name, revoked }))
      else console.log(revoked ? `Revoked ${name}.` : `There is no key ${name} that still works.`)
      report(revoked ? 0 : 1)
    })
  return apikey
}

async function create(name: string, permissions: Permissions, json?: true): Promise<ExitCode> {
  const made = await withParts(async ({ access, auth }, { apiKeys }) => {
    for (const appId of permissions.appIds) if (appId !== '*') auth.apps.resolve(appId)
    // Two callers of one name could not be told apart in the log and in the audit record.
    if (apiKeys.some((key) => key.name === name)) return null
    return access.apiKeys.create(name, permissions)
  })
  if (!made) {
    console.error(
      `There is, or was, a key named ${name}. Choose another name: it stands in the record for ever.`,
    )
    return 1
  }
  if (json) console.log(JSON.stringify({ ...toShown(made.key), secret: made.secret }, null, 2))
  else {
    // The secret alone on standard output, so that it can be piped to where it belongs.
    console.error(
      `The secret of ${name}, shown this once. Send it as Authorization: Bearer <secret>.`,
    )
    console.log(made.secret)
  }
  return 0
}

function toShown({ name, permissions, createdAt, revokedAt }: ApiKeyRecord) {
  const { actions, appIds, scopes, people } = permissions
  return {
    name,
    ...{ actions, app_ids: appIds, scopes, people },
    created_at: createdAt.toISOString(),
    revoked_at: revokedAt?.toISOString() ?? null,
  }
}

function toRow(key: ReturnType<typeof toShown>) {
  const { name, actions, app_ids: appIds, scopes, people, created_at, revoked_at } = key
  return {
    name,
    actions: actions.join(' '),
    apps: appIds.join(' '),
    scopes: inBrief(scopes),
    people: inBrief(people),
    created_at,
    revoked_at: revoked_at ?? '',
  }
}

function inBrief(names: readonly string[]): string {
  return names.length > 3 ? `${names.length} of them` : names.join(' ')
}
