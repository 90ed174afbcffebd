import { Command } from 'commander'
import { generateKey } from '../auth/token-cipher.ts'

/** `keys generate`: makes a key for TOKEN_ENCRYPTION_KEYS. */
export function keysCommand(): Command {
  const keys = new Command('keys').description('the keys that seal tokens')
  keys
    .command('generate')
    .description('make a key for TOKEN_ENCRYPTION_KEYS; keep it apart from the database')
    .option('--json', 'print JSON')
    .action(({ json }: { json?: true }) => {
      const entry = generateKey()
      console.log(json ? JSON.stringify({ TOKEN_ENCRYPTION_KEYS: entry }) : entry)
    })
  return keys
}
