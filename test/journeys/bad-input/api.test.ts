import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { eventually, openScene, type Scene, type Watch } from './scene.ts'

let scene: Scene
let watch: Watch
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene.close())
beforeEach(async () => {
  watch = await scene.watch()
})

/** Sends a body exactly as it is. */
function post(body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
  return fetch(`${scene.service.url}/v1/sessions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${scene.service.apiKey}`,
      'content-type': 'application/json',
      ...headers,
    },
    body,
  })
}

async function expectProblem(answer: Response, status: number, code: string) {
  const problem = await answer.json()
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  const requestId = answer.headers.get('x-request-id')
  expect(problem).toMatchObject({
    type: `urn:feishu-card-auth:problem:${code}`,
    title: expect.stringMatching(/\w/),
    status,
    code,
    detail: expect.stringMatching(/\w/),
    request_id: requestId,
  })
  const line = await eventually(() =>
    watch.lines().find((each) => each.request_id === requestId && each.status_code === status),
  )
  expect(line).toMatchObject({ level: 'info', endpoint: '/v1/sessions' })
  expect(watch.warnings()).toEqual([])
  return problem
}

describe('JSON that is not JSON', () => {
  it.each([
    ['half an object', '{"open_id": "ou_1"'],
    ['a form', 'open_id=ou_1&scopes=x'],
    ['markup', '<session/>'],
    ['a lone surrogate escape', '"\\ud800'],
    ['nothing but white space', '   '],
    ['NULs', '\u0000\u0000'],
    ['bytes that are no text', new Uint8Array([0xff, 0xfe, 0xc0])],
    ['a BOM and a comma', '\ufeff,'],
  ])('%s is an invalid request', async (_, body) => {
    await expectProblem(await post(body), 400, 'invalid_request')
    expect(await requests(400)).toBe(1)
  })

  it.each([
    ['a list', '[]'],
    ['a number', '1'],
    ['null', 'null'],
    ['a text', '"ou_1"'],
    ['nothing', ''],
  ])('%s where an object belongs is an invalid request', async (_, body) => {
    await expectProblem(await post(body), 400, 'invalid_request')
  })

  it('of 100 KB is too large', async () => {
    await expectProblem(await post(`{"reason":"${'x'.repeat(100_000)}"}`), 413, 'payload_too_large')
  })

  it.each([
    ['an encoding nobody knows', { 'content-encoding': 'zstd-9' }],
    ['a charset nobody knows', { 'content-type': 'application/json; charset=klingon' }],
  ])('in %s is an invalid request', async (_, headers) => {
    await expectProblem(await post('{}', headers), 400, 'invalid_request')
  })
})

describe('a request with', () => {
  const openId = `ou_${'a'.repeat(32)}`
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
  it.each([
    ['an open_id that is a list', { open_id: [openId] }, 'open_id'],
    ['an open_id with a path', { open_id: '../../etc/passwd' }, 'open_id'],
    ['an open_id with a NUL', { open_id: 'ou_\u0000' }, 'open_id'],
    ['an open_id of another kind', { open_id: 'on_1' }, 'open_id'],
    ['scopes that are text', { open_id: openId, scopes: 'a b' }, 'scopes'],
    ['a scope with a space', { open_id: openId, scopes: ['a b'] }, 'scopes.0'],
    ['a scope with markup', { open_id: openId, scopes: ['<b>'] }, 'scopes.0'],
    ['51 scopes', { open_id: openId, scopes: Array(51).fill('a') }, 'scopes'],
    ['a reason of 201 characters', { open_id: openId, reason: 'x'.repeat(201) }, 'reason'],
    ['a reason with a NUL', { open_id: openId, reason: 'a\u0000b' }, 'reason'],
    ['a reason with a lone surrogate', { open_id: openId, reason: '\ud800' }, 'reason'],
    ['a language nobody speaks here', { open_id: openId, locale: 'tlh' }, 'locale'],
    [
      'a field nobody knows',
      { open_id: openId, redirect_uri: 'https://evil.example' },
      'redirect_uri',
    ],
    ['a prototype', JSON.parse(`{"open_id":"${openId}","__proto__":{"admin":true}}`), '__proto__'],
  ])('%s names the field and repeats no value', async (_, body, field) => {
    const text = JSON.stringify(body)
    const problem = await expectProblem(await post(text), 400, 'invalid_request')
    expect(problem).toMatchObject({ errors: [{ field }] })
    expect(JSON.stringify(problem)).not.toMatch(/passwd|evil|xxxx|<b>/)
  })

  it('twenty thousand brackets is answered, not suffered', async () => {
    await expectProblem(await post(deep), 400, 'invalid_request')
    await expectProblem(await post(`{"open_id":${deep}}`), 400, 'invalid_request')
  })

  it('no key, a wrong key or a key in disguise is refused alike', async () => {
    for (const authorization of ['', 'Bearer wrong', `Basic ${scene.service.apiKey}`]) {
      const answer = await post('{', { authorization })
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/)
      expect(await answer.json()).toMatchObject({ code: 'unauthenticated' })
    }
  })
})

function requests(status: number): Promise<number> {
  return watch.moved('lark_service_http_requests_total', {
    endpoint: '/v1/sessions',
    status_code: String(status),
  })
}
