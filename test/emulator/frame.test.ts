import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeFrame,
  encodeFrame,
  type Frame,
  FrameError,
  frameHeader,
} from '../../src/emulator/ws/frame.ts'

/** The ping that the Node SDK 1.74.0 sends, as captured. */
const PING = Buffer.concat([
  Buffer.from('0800100018f681801020002a0c0a04', 'hex'),
  Buffer.from('type'),
  Buffer.from('1204', 'hex'),
  Buffer.from('ping'),
])

/** A data frame as captured, up to its payload. */
const DATA = Buffer.concat([
  Buffer.from('08011002182a20012a0d0a04', 'hex'),
  Buffer.from('type'),
  Buffer.from('1205', 'hex'),
  Buffer.from('event'),
  Buffer.from('2a100a0a', 'hex'),
  Buffer.from('message_id'),
  Buffer.from('1202', 'hex'),
  Buffer.from('m1'),
  Buffer.from('2a1a0a09', 'hex'),
  Buffer.from('timestamp'),
  Buffer.from('120d', 'hex'),
  Buffer.from('1795174858802'),
  Buffer.from('4202', 'hex'),
  Buffer.from('{}'),
])

describe('frame', () => {
  it('reads the ping of the SDK', () => {
    expect(decodeFrame(PING)).toEqual({
      seqId: 0n,
      logId: 0n,
      service: 33554678,
      method: 0,
      headers: [{ key: 'type', value: 'ping' }],
    })
  })

  it('writes the bytes of the SDK', () => {
    expect(encodeFrame(decodeFrame(PING))).toEqual(PING)
    expect(encodeFrame(decodeFrame(DATA))).toEqual(DATA)
  })

  it('finds headers and payload of a data frame', () => {
    const frame = decodeFrame(DATA)
    expect(frame).toMatchObject({ seqId: 1n, logId: 2n, service: 42, method: 1 })
    expect(frameHeader(frame, 'message_id')).toBe('m1')
    expect(frameHeader(frame, 'timestamp')).toBe('1795174858802')
    expect(frameHeader(frame, 'sum')).toBeUndefined()
    expect(frame.payload?.toString()).toBe('{}')
  })

  it('carries 64-bit ids, negative numbers and any text both ways', () => {
    const text = fc.string({ unit: 'grapheme' })
    const anyFrame: fc.Arbitrary<Frame> = fc.record(
      {
        seqId: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        logId: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        service: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
        method: fc.integer({ min: 0, max: 1 }),
        headers: fc.array(fc.record({ key: text, value: text }), { maxLength: 4 }),
        payloadEncoding: text,
        payloadType: text,
        payload: fc.uint8Array().map((bytes) => Buffer.from(bytes)),
        logIdNew: text,
      },
      { requiredKeys: ['seqId', 'logId', 'service', 'method', 'headers'] },
    )
    fc.assert(
      fc.property(anyFrame, (frame) => {
        expect(decodeFrame(encodeFrame(frame))).toEqual(frame)
      }),
    )
  })

  it('skips fields it does not know', () => {
    const unknown = Buffer.from('5001' + '590000000000000000' + '6500000000' + '6a0141', 'hex')
    expect(decodeFrame(Buffer.concat([PING, unknown]))).toEqual(decodeFrame(PING))
  })

  it.each([
    ['text', Buffer.from('hello')],
    ['an empty message', Buffer.alloc(0)],
    ['a frame without its method', PING.subarray(0, 8)],
    ['a frame cut inside a header', PING.subarray(0, PING.length - 2)],
    ['a number without an end', Buffer.from('08ffffffffffffffffffff', 'hex')],
  ])('refuses %s', (_name, bytes) => {
    expect(() => decodeFrame(bytes)).toThrow(FrameError)
  })
})
