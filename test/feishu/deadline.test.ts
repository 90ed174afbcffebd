import { afterEach, describe, expect, it } from 'vitest'
import { createFeishuBench } from './feishu-bench.ts'
import { answerJson, startStub } from './stub-server.ts'

const ANSWER = { code: 0, access_token: 'u-1', token_type: 'Bearer' }
const cleanup: (() => unknown)[] = []
afterEach(async () => {
  for (const end of cleanup.splice(0)) await end()
})

async function callTo(...[handler]: Parameters<typeof startStub>) {
  const stub = await startStub(handler)
  cleanup.push(() => stub.close())
  const { http } = createFeishuBench(200)
  const url = `${stub.url}/open-apis/authen/v2/oauth/token`
  return http.send({ apiName: 'refresh_token', method: 'POST', url, onOwnConnection: true })
}

/** What a stopped process and a suspended machine do to it: time goes on, and nothing else. */
function standStill(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}

describe('the deadline of a call', () => {
  it('does not throw away an answer that arrived while the process stood still', async () => {
    const reply = await callTo((_, response) => {
      answerJson(response, ANSWER)
      standStill(600)
    })
    expect(reply.body).toEqual(ANSWER)
  })

  it('ends a call that has no answer after it stood still', async () => {
    const call = callTo(() => standStill(600))
    await expect(call).rejects.toMatchObject({ facts: { failure: 'timeout' } })
  })

  it('ends a call that simply takes too long', async () => {
    await expect(callTo(() => undefined)).rejects.toMatchObject({ facts: { failure: 'timeout' } })
  })
})
