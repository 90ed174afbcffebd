import { readFileSync } from 'node:fs'

/** A commit as Git names it, or a shorter name that whoever built this gave it. */
const REVISION = /^[\w.-]{1,64}$/

/** The commit this was built from, or is run from; undefined where nobody has written it down. */
export function readRevision(): string | undefined {
  return readBuilt() ?? readCheckedOut()
}

/** Written by the build beside what it compiled. */
function readBuilt(): string | undefined {
  return revisionIn(read('./revision.txt'))
}

/** https://git-scm.com/docs/gitrepository-layout */
function readCheckedOut(): string | undefined {
  const head = read('../.git/HEAD')
  const reference = /^ref: (refs\/[\w./-]+)$/m.exec(head)?.[1]
  if (reference === undefined) return revisionIn(head)
  const packed = read('../.git/packed-refs')
    .split('\n')
    .find((line) => line.endsWith(` ${reference}`))
  return revisionIn(read(`../.git/${reference}`)) ?? revisionIn(packed?.split(' ', 1)[0] ?? '')
}

function revisionIn(text: string): string | undefined {
  const revision = text.trim()
  return REVISION.test(revision) ? revision : undefined
}

/** An absent file says nothing. */
function read(path: string): string {
  try {
    return readFileSync(new URL(path, import.meta.url), 'utf8')
  } catch {
    return ''
  }
}
