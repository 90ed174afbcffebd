import { fileURLToPath } from 'node:url'

/** The path that `file:./data/auth.db` or `file:///var/lib/auth.db` names; `:memory:` stands for itself. */
export function sqlitePath(url: string): string {
  return url.startsWith('file://') ? fileURLToPath(url) : url.slice('file:'.length)
}
