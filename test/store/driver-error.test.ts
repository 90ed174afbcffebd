import { describe, expect, it } from 'vitest'
import { toDriverError } from '../../src/store/driver-error.ts'

const coded = (code: string, message = 'what happened') =>
  Object.assign(new Error(message), { code })

describe('a foreign error', () => {
  it.each([
    ['SQLITE_BUSY', 'busy'],
    ['SQLITE_BUSY_SNAPSHOT', 'busy'],
    ['SQLITE_CONSTRAINT_UNIQUE', 'constraint'],
    ['SQLITE_FULL', 'io'],
    ['SQLITE_READONLY', 'io'],
    ['SQLITE_ERROR', 'other'],
    ['40P01', 'busy'],
    ['55P03', 'busy'],
    ['57014', 'busy'],
    ['23505', 'constraint'],
    ['53100', 'io'],
    ['53300', 'connection'],
    ['57P03', 'connection'],
    ['28P01', 'connection'],
    ['ECONNRESET', 'connection'],
    ['42P01', 'other'],
  ])('with code %s is trouble of kind %s', (code, trouble) => {
    expect(toDriverError(coded(code))).toMatchObject({ trouble, driverCode: code })
  })

  it('without a code is a lost connection, unless the mistake is ours', () => {
    expect(toDriverError(new Error('Query read timeout')).trouble).toBe('connection')
    expect(toDriverError(new TypeError('cannot bind')).trouble).toBe('other')
    expect(toDriverError('text').trouble).toBe('other')
  })

  it('is taken out of the wrapper that lists the parameters', () => {
    const wrapped = Object.assign(new Error('Failed query: … params: u-secret'), {
      params: ['u-secret'],
      cause: coded('23505', 'duplicate key value violates unique constraint "one"'),
    })
    const error = toDriverError(wrapped)
    expect(error.message).toBe('23505 duplicate key value violates unique constraint "one"')
    expect(JSON.stringify(Object.entries(error))).not.toContain('u-secret')
  })

  it('keeps its message back when that quotes a value', () => {
    const error = toDriverError(coded('22P02', 'invalid input syntax for integer: "u-secret"'))
    expect(error.message).toBe('SQLSTATE 22P02')
  })
})
