import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FeishuEmulator } from '../../src/emulator/index.ts'
import { createEmulatorBench } from '../support/emulator-bench.ts'

const bench = createEmulatorBench()
let emulator: FeishuEmulator
beforeAll(async () => {
  emulator = await bench.start()
})
afterAll(() => bench.close())

describe('the files of the chat page', () => {
  it.each([
    ['/', 'text/html'],
    ['/chat/main.js', 'text/javascript'],
    ['/chat/theme.css', 'text/css'],
    ['/chat/icon.svg', 'image/svg+xml'],
  ])('serves %s as %s with a strict policy', async (path, type) => {
    const answer = await fetch(emulator.url + path)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toContain(type)
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(answer.headers.get('content-security-policy')).not.toContain('unsafe')
  })

  it.each([
    '/chat/nothing.js',
    '/chat/..%2findex.ts',
    '/chat/%2e%2e%2frouter.ts',
    '/chat/.hidden.js',
    '/chat/',
  ])('has nothing at %s', async (path) => {
    const answer = await fetch(emulator.url + path)
    expect(answer.status).toBe(404)
    expect(await answer.text()).toBe('404 page not found')
  })

  it('names no file that is not there', async () => {
    const html = await fetch(emulator.url).then((answer) => answer.text())
    const named = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, path = '']) => path)
    expect(named.length).toBeGreaterThan(5)
    const answers = await Promise.all(named.map((path) => fetch(emulator.url + path)))
    expect(answers.map(({ status }) => status)).toEqual(named.map(() => 200))
  })
})
