import { describe, expect, it } from 'vitest'
import { createBackground } from '../../src/auth/background.ts'

/** Work that ends when a test says so. */
function createWork() {
  let end = (_error?: Error) => {}
  const work = () =>
    new Promise<string>((resolve, reject) => {
      end = (error) => (error ? reject(error) : resolve('done'))
    })
  return { work, end: (error?: Error) => end(error) }
}

function createBench() {
  const errors: unknown[] = []
  const background = createBackground((error) => errors.push(error))
  let isDrained = false
  const drain = () =>
    background.drain().then(() => {
      isDrained = true
    })
  return { background, errors, drain, isDrained: () => isDrained }
}

const settle = () => new Promise((resolve) => setImmediate(resolve))

describe('work in the background', () => {
  it('is waited for, with what it starts itself', async () => {
    const { background, drain, isDrained, errors } = createBench()
    const [first, second] = [createWork(), createWork()]
    background.run(async () => {
      await first.work()
      background.run(second.work)
    })
    const drained = drain()
    expect(background.count()).toBe(1)
    first.end()
    await settle()
    expect([background.count(), isDrained()]).toEqual([1, false])
    second.end()
    await drained
    expect(background.count()).toBe(0)
    expect(errors).toEqual([])
  })

  it('fails alone: its error is told, and the rest is still waited for', async () => {
    const { background, drain, isDrained, errors } = createBench()
    const [failing, slow] = [createWork(), createWork()]
    background.run(failing.work)
    background.run(slow.work)
    const drained = drain()
    const error = new Error('broken')
    failing.end(error)
    await settle()
    expect(errors).toEqual([error])
    expect([background.count(), isDrained()]).toEqual([1, false])
    slow.end()
    await drained
  })
})

describe('work whose caller may leave', () => {
  it('is waited for, and its result is for the caller', async () => {
    const { background, drain, isDrained } = createBench()
    const { work, end } = createWork()
    const result = background.finish(work)
    const drained = drain()
    await settle()
    expect([background.count(), isDrained()]).toEqual([1, false])
    end()
    expect(await result).toBe('done')
    await drained
    expect(background.count()).toBe(0)
  })

  it('fails for its caller alone', async () => {
    const { background, drain, errors } = createBench()
    const { work, end } = createWork()
    const result = background.finish(work)
    const drained = drain()
    const error = new Error('broken')
    end(error)
    await expect(result).rejects.toBe(error)
    await drained
    expect(errors).toEqual([])
  })
})
