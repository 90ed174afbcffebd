import { afterEach, beforeEach, expect, it } from 'vitest'
import { hearSignals } from '../../src/cli/hear-signals.ts'

let heard: string[]
let now: number
let stopHearing: () => void

beforeEach(() => {
  heard = []
  now = 1000
  stopHearing = hearSignals({
    onFirst: (signal) => heard.push(`first ${signal}`),
    onSecond: (signal) => heard.push(`second ${signal}`),
    now: () => now,
  })
})
afterEach(() => stopHearing())

const emit = (signal: NodeJS.Signals) => process.emit(signal, signal)

it('one Ctrl+C that the terminal and npx both send is one signal', () => {
  emit('SIGINT')
  now += 499
  emit('SIGINT')
  expect(heard).toEqual(['first SIGINT'])
  now += 1
  emit('SIGINT')
  expect(heard).toEqual(['first SIGINT', 'second SIGINT'])
})

it('another signal is a second one, however soon', () => {
  emit('SIGTERM')
  emit('SIGINT')
  expect(heard).toEqual(['first SIGTERM', 'second SIGINT'])
})

it('nothing is heard afterwards', () => {
  const before = process.listenerCount('SIGTERM')
  stopHearing()
  expect(process.listenerCount('SIGTERM')).toBe(before - 1)
})
