import type { FeishuEmulator } from '../../src/emulator/index.ts'

/** Asks the emulator for the address of a new long connection. */
export async function issueConnectionUrl({ app, url }: FeishuEmulator): Promise<URL> {
  const response = await fetch(`${url}/callback/ws/endpoint`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ AppID: app.appId, AppSecret: app.appSecret }),
  })
  const [, issued] = /"URL":"([^"]+)"/.exec(await response.text()) ?? []
  return new URL(issued ?? '')
}
