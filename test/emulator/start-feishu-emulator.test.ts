import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { startFeishuEmulator } from '../../src/emulator/index.ts'
import { linXia, tokensOf, v2 } from './oauth-steps.ts'

const run = promisify(execFile)

it('closes while a page listens and a request is delayed', async () => {
  const emulator = await startFeishuEmulator()
  const page = await fetch(`${emulator.url}/sim/events`)
  emulator.sim.injectFault({ match: '*', delayMs: 60_000 })
  const slow = fetch(`${emulator.url}${v2}`).then(
    () => 'answered',
    () => 'cut',
  )
  await emulator.close()
  expect(await slow).toBe('cut')
  await expect(page.text()).rejects.toThrow()
  await expect(fetch(emulator.url)).rejects.toThrow()
})

it('leaves nothing behind that keeps a process alive', async () => {
  const script = `
    import { startFeishuEmulator } from './src/emulator/index.ts'
    const emulator = await startFeishuEmulator({ eventRedeliverySeconds: [3600] })
    await emulator.sim.say({ openId: '${linXia}', text: 'nobody listens' })
    await fetch(emulator.url + '/sim/events')
    await emulator.close()
    console.log('closed')`
  const arguments_ = ['--import', 'tsx', '--input-type=module', '--eval', script]
  const ended = await run(process.execPath, arguments_, { timeout: 25_000 })
  expect(ended.stdout).toBe('closed\n')
})

it('keeps every emulator to itself', async () => {
  const [one, other] = [await startFeishuEmulator(), await startFeishuEmulator()]
  try {
    const { access_token = '' } = await tokensOf(one)
    expect(one.sim.tokenOwner(access_token)?.openId).toBe(linXia)
    expect(other.sim.tokenOwner(access_token)).toBeUndefined()
    expect(other.sim.transcript()).toEqual([])
  } finally {
    await Promise.all([one.close(), other.close()])
  }
})

it('rejects when the port is taken', async () => {
  const emulator = await startFeishuEmulator()
  try {
    const port = Number(new URL(emulator.url).port)
    await expect(startFeishuEmulator({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  } finally {
    await emulator.close()
  }
})
