import { expect, it } from 'vitest'
import { type LogLine, startFeishuEmulator } from '../../src/emulator/index.ts'

const log: LogLine[] = []
const startedEmulator = () => startFeishuEmulator({ log: (line) => log.push(line) })

it.each([
  ['GET', '/open-apis/contact/v3/nothing'],
  ['PUT', '/open-apis/authen/v1/user_info'],
  ['GET', '/open-apis/authen/v2/oauth/token'],
  ['DELETE', '/'],
])('answers %s %s as Feishu answers an unknown path, and says so', async (method, path) => {
  const emulator = await startedEmulator()
  try {
    const answer = await fetch(`${emulator.url}${path}?code=secret-code`, { method })
    expect(answer.status).toBe(404)
    expect(answer.headers.get('content-type')).toContain('text/plain')
    expect(await answer.text()).toBe('404 page not found')
    const logId = answer.headers.get('x-tt-logid')
    expect(log).toContainEqual({ level: 'warn', message: 'not emulated', method, path, logId })
    expect(JSON.stringify(log)).not.toContain('secret-code')
  } finally {
    await emulator.close()
  }
})

it('accepts a trailing slash', async () => {
  const emulator = await startedEmulator()
  try {
    const url = `${emulator.url}/open-apis/auth/v3/tenant_access_token/internal/`
    const { appId: app_id, appSecret: app_secret } = emulator.app
    const body = JSON.stringify({ app_id, app_secret })
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(url, { method: 'POST', headers, body })
    expect(await answer.json()).toMatchObject({ code: 0, expire: 7200 })
  } finally {
    await emulator.close()
  }
})
