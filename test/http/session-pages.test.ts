import { expect, it } from 'vitest'
import { EVERYTHING } from '../../src/access/permits.ts'
import type { SessionFilter } from '../../src/auth/ports.ts'
import type { AuthSession } from '../../src/auth/session.ts'
import { accessOf } from './access-of.ts'
import { aSession, fakeAuth } from './fake-auth.ts'
import { API_KEY, serve } from './serve.ts'

const MINE = 'docx:document:readonly'
const THEIRS = 'task:task:write'

type Page = { sessions: { session_id: string; scopes: string[] }[]; next_cursor: string | null }

it('a list for a key with one scope leaves out the others, however they lie among its own', async () => {
  const scopes = [MINE, THEIRS, THEIRS, THEIRS, THEIRS, MINE, MINE, THEIRS, MINE, MINE, THEIRS]
  const { pages } = await begin(scopes)
  const seen = await pages(2)
  expect(seen.flatMap(({ sessions }) => sessions.map(({ session_id }) => session_id))).toEqual(
    ['0', '5', '6', '8', '9'].map((index) => `s-${index}`),
  )
  for (const { sessions } of seen) expect(sessions.length).toBeLessThanOrEqual(2)
})

it('reads only so much for one page, and goes on with the next', async () => {
  const scopes = [...Array.from({ length: 100 }, () => THEIRS), MINE]
  const { pages, reads } = await begin(scopes)
  const [first] = await pages(1, 1)
  expect(first).toMatchObject({ sessions: [], next_cursor: expect.any(String) })
  expect(reads()).toBe(20)
  const all = await pages(1)
  expect(all.flatMap(({ sessions }) => sessions)).toMatchObject([{ scopes: [MINE] }])
})

/** A service with sessions for these scopes, the newest first, and a key that may ask for one of them. */
async function begin(scopes: readonly string[]) {
  const start = Date.parse('2026-11-20T08:00:00Z')
  const all = scopes.map((scope, index) =>
    aSession({ id: `s-${index}`, scopes: [scope], createdAt: new Date(start - index * 1000) }),
  )
  let count = 0
  const listSessions = async ({ before, limit }: SessionFilter): Promise<AuthSession[]> => {
    count += 1
    const from = before ? all.findIndex(({ id }) => id === before.id) + 1 : 0
    return all.slice(from, from + limit)
  }
  const permissions = { ...EVERYTHING, scopes: [MINE] }
  const access = accessOf({ [API_KEY]: { name: 'calendar-bot', permissions } })
  const { api } = await serve(fakeAuth(), { access, listSessions })
  return {
    reads: () => count,
    async pages(limit: number, most = 1000): Promise<Page[]> {
      const read: Page[] = []
      for (let cursor: string | null = ''; cursor !== null && read.length < most; ) {
        const query: string = cursor && `&cursor=${cursor}`
        const page = (await (await api(`/v1/sessions?limit=${limit}${query}`)).json()) as Page
        read.push(page)
        cursor = page.next_cursor
      }
      return read
    },
  }
}
