import { InvalidArgumentError } from 'commander'
import { ACTIONS, type Permissions } from '../access/permissions.ts'

const PATTERNS = {
  action: new RegExp(`^(?:${ACTIONS.join('|')})$`),
  app: /^cli_[A-Za-z0-9_-]{1,64}$/,
  scope: /^[A-Za-z0-9:._-]{1,128}$/,
  person: /^ou_[A-Za-z0-9_-]{1,64}$/,
}

const EXAMPLES = {
  action: 'ask, read or revoke',
  app: 'cli_a1b2c3d4e5f60718',
  scope: 'calendar:calendar:readonly',
  person: 'ou_7d8a6e6df7621556ce0d21922b676706',
}

type Kind = keyof typeof PATTERNS

/** Ends the command with a word about its usage. */
export type Complain = (why: string) => never

/** Gathers an option that may be given several times, or once with several words. */
export function everyWord(text: string, before: readonly string[]): string[] {
  return [...before, ...text.split(/[\s,]+/).filter(Boolean)]
}

/** Reads the name of a key. */
export function parseKeyName(text: string): string {
  if (/^[a-z0-9-]{1,64}$/.test(text)) return text
  throw new InvalidArgumentError('Use 1 to 64 of a-z, 0-9 and -.')
}

/**
 * Turns the options of `apikey create` into permissions; complains of a word that names nothing, and of a key that could
 * do nothing.
 */
export function permissionsOf(
  given: Record<Kind, readonly string[]>,
  complain: Complain,
): Permissions {
  const actions = checked('action', given.action, complain)
  const isOnlyForRevoking = actions.length > 0 && actions.every((action) => action === 'revoke')
  const missing = (['action', 'app', 'scope', 'person'] as const).filter(
    (kind) => given[kind].length === 0 && !(kind === 'scope' && isOnlyForRevoking),
  )
  if (missing.length > 0) {
    const options = missing.map((kind) => `--${kind}`).join(', ')
    complain(
      `Such a key could do nothing, since what is not given is denied. Name ${options}; '*' gives all of a kind.`,
    )
  }
  return {
    actions: actions.includes('*') ? ['*'] : ACTIONS.filter((action) => actions.includes(action)),
    appIds: checked('app', given.app, complain),
    scopes: checked('scope', given.scope, complain),
    people: checked('person', given.person, complain),
  }
}

/** Beside `*` nothing else means anything. */
function checked(kind: Kind, words: readonly string[], complain: Complain): string[] {
  const wrong = words.find((word) => word !== '*' && !PATTERNS[kind].test(word))
  if (wrong !== undefined) {
    complain(
      `--${kind} takes '*' or such as ${EXAMPLES[kind]}. Quote the '*', or the shell puts file names in its place.`,
    )
  }
  return words.includes('*') ? ['*'] : [...new Set(words)]
}
