import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PROBLEMS } from '../../src/http/problem.ts'
import { createPerson } from '../support/processes/person.ts'
import { type Service, startService } from '../support/service.ts'
import { type CurlRequest, readCurl } from './curl.ts'
import { blocksOf, readPage } from './markdown.ts'

const LIN_XIA = 'ou_11111111111111111111111111111111'
const page = readPage('README.md')

describe('the curl lines of the README', () => {
  let service: Service
  beforeEach(async () => {
    service = await startService()
  })
  afterEach(() => service.close())

  it('ask, wait and read the token, and the answers look as printed', async () => {
    const [ask, wait, read, ...more] = curlLines({ SESSION_ID: '{session_id}' })
    if (!ask || !wait || !read) throw new Error('there are fewer curl lines than three')
    expect(more).toEqual([])
    const [asked, token, problem] = jsonSamples()

    const early = await send(read)
    expect(early.status).toBe(404)
    expect(early.body).toEqual({ ...early.body, ...problem, request_id: expect.any(String) })

    const created = await send(ask)
    expect(created.status).toBe(201)
    const instants = { session_id: expect.any(String), expires_at: expect.any(String) }
    expect(created.body).toMatchObject({ ...asked, ...instants })
    const sessionId = String(created.body.session_id)
    expect((await send(ask)).status).toBe(200)

    const waiting = send({ ...wait, url: wait.url.replace('{session_id}', sessionId) })
    const person = createPerson(service.emulator, LIN_XIA)
    await fetch(await person.consents())
    expect((await waiting).body).toMatchObject({ session_id: sessionId, state: 'completed' })

    const answer = await send(read)
    expect(answer.status).toBe(200)
    expect(Object.keys(answer.body)).toEqual(Object.keys(token ?? {}))
    expect(answer.body).toMatchObject({ open_id: LIN_XIA, scopes: token?.scopes })
    const owner = service.emulator.sim.tokenOwner(String(answer.body.access_token))
    expect(owner).toMatchObject({ openId: LIN_XIA, works: true })
  })

  it('are refused without the key', async () => {
    for (const request of curlLines({ SESSION_ID: 'any', BOT_KEY: 'wrong' })) {
      expect((await send(request)).body).toMatchObject({ code: 'unauthenticated' })
    }
  })

  function curlLines(variables: Record<string, string>): CurlRequest[] {
    const known = { SERVICE: service.url, BOT_KEY: service.apiKey, ...variables }
    return blocksOf(page, 'sh').flatMap(({ text }) => readCurl(text, known))
  }
})

it('the table of errors in the README names real codes with their status', () => {
  const rows = [...page.prose.matchAll(/^\| (\d{3}) \| (.+?) \|/gm)]
  expect(rows.length).toBeGreaterThan(8)
  const statuses = Object.entries(PROBLEMS).map(([code, { status }]) => `${status} ${code}`)
  for (const [, status, cell = ''] of rows) {
    for (const [, code] of cell.matchAll(/`(\w+)`/g))
      expect(statuses).toContain(`${status} ${code}`)
  }
})

function jsonSamples(): Record<string, unknown>[] {
  return blocksOf(page, 'json').map(({ text }) => JSON.parse(text))
}

async function send({ url, ...init }: CurlRequest) {
  const answer = await fetch(url, { ...init, body: init.body ?? null })
  const body = (await answer.json()) as Record<string, unknown>
  return { status: answer.status, body }
}
