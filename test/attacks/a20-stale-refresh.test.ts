import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { openScene, readToken, type Scene } from '../journeys/bad-input/scene.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const TOKEN_PATH = '/open-apis/authen/v2/oauth/token'
const WIDER = ['offline_access', 'docx:document:readonly']

/** A token endpoint that keeps the answer to a refresh back until it is told to let go. */
async function startSlowRefresh() {
  let emulatorUrl = ''
  let letGo = () => {}
  let arrived = () => {}
  const stale: string[] = []
  const refreshArrived = new Promise<void>((resolve) => {
    arrived = resolve
  })
  const mayAnswer = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString()
    const answer = await fetch(emulatorUrl + TOKEN_PATH, {
      method: 'POST',
      headers: { 'content-type': request.headers['content-type'] ?? '' },
      body,
    })
    const text = await answer.text()
    if (/grant_type"?[:=]\s*"?refresh_token/.test(body)) {
      stale.push(/"access_token":"([^"]+)"/.exec(text)?.[1] ?? '')
      arrived()
      await mayAnswer
    }
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    tokenUrl: `http://127.0.0.1:${port}${TOKEN_PATH}`,
    stale,
    refreshArrived,
    letGo: () => letGo(),
    leadTo: (url: string) => {
      emulatorUrl = url
    },
    close() {
      letGo()
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    },
  }
}

let endpoint: Awaited<ReturnType<typeof startSlowRefresh>>
let scene: Scene
beforeAll(async () => {
  endpoint = await startSlowRefresh()
  scene = await openScene({ env: { FEISHU_TOKEN_URL: endpoint.tokenUrl } })
  endpoint.leadTo(scene.service.emulator.url)
})
afterAll(async () => {
  endpoint?.letGo()
  await scene?.close()
  await endpoint?.close()
})

it('A20: a refresh that answers late does not overwrite a newer consent', async () => {
  const person = await scene.askedPerson({ scopes: ['offline_access'] })
  await scene.completes(person)
  const refreshing = scene.service.api(`/v1/tokens/${person.openId}/refresh`, { method: 'POST' })
  await endpoint.refreshArrived

  await scene.service.ask(person.openId, { scopes: WIDER })
  const { authorizeUrl } = await scene.service.tap(person.openId)
  const page = await scene.visit(await scene.approve(authorizeUrl, person.openId))
  expect(page.status).toBe(200)
  const consented = await readToken(scene.service, person.openId)

  endpoint.letGo()
  const answer = await refreshing
  expect(answer.status).toBe(200)
  const [stale] = endpoint.stale
  expect(stale).toMatch(/.+/)
  expect(((await answer.json()) as { access_token: string }).access_token).not.toBe(stale)
  expect(await readToken(scene.service, person.openId)).toBe(consented)
  expect(scene.service.emulator.sim.tokenOwner(consented)).toMatchObject({
    openId: person.openId,
    works: true,
  })
  const read = await scene.service.api(`/v1/tokens/${person.openId}?scopes=${WIDER.join(',')}`)
  expect(await read.json()).toMatchObject({ scopes: expect.arrayContaining(WIDER) })
})
