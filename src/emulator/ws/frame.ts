/** One header of a frame. */
export type FrameHeader = { key: string; value: string }

/** One binary message of the long connection (`pbbp2.Frame`, proto2). */
export type Frame = {
  seqId: bigint
  logId: bigint
  service: number
  /** 0 = control (ping, pong), 1 = data (events, callbacks and their acks). */
  method: number
  headers: FrameHeader[]
  payloadEncoding?: string
  payloadType?: string
  payload?: Buffer
  logIdNew?: string
}

/** The bytes are not a frame. */
export class FrameError extends Error {
  override name = 'FrameError'
}

const VARINT = 0
const FIXED64 = 1
const BYTES = 2
const FIXED32 = 5

/** Encodes a frame; fields 1 to 4 are written even when they are 0, as the SDK demands. */
export function encodeFrame(frame: Frame): Buffer {
  const parts = [
    varintField(1, frame.seqId),
    varintField(2, frame.logId),
    varintField(3, BigInt(frame.service)),
    varintField(4, BigInt(frame.method)),
    ...frame.headers.map(({ key, value }) =>
      bytesField(5, Buffer.concat([textField(1, key), textField(2, value)])),
    ),
  ]
  if (frame.payloadEncoding !== undefined) parts.push(textField(6, frame.payloadEncoding))
  if (frame.payloadType !== undefined) parts.push(textField(7, frame.payloadType))
  if (frame.payload !== undefined) parts.push(bytesField(8, frame.payload))
  if (frame.logIdNew !== undefined) parts.push(textField(9, frame.logIdNew))
  return Buffer.concat(parts)
}

/** Decodes a frame, skipping unknown fields; throws {@link FrameError} on anything else. */
export function decodeFrame(bytes: Buffer): Frame {
  const frame: Frame = { seqId: 0n, logId: 0n, service: 0, method: 0, headers: [] }
  const seen = new Set<number>()
  for (const { field, number, bytes: content } of readFields(bytes)) {
    seen.add(field)
    if (field === 1) frame.seqId = number
    else if (field === 2) frame.logId = number
    else if (field === 3) frame.service = Number(BigInt.asIntN(32, number))
    else if (field === 4) frame.method = Number(BigInt.asIntN(32, number))
    else if (field === 5) frame.headers.push(decodeHeader(content))
    else if (field === 6) frame.payloadEncoding = content.toString('utf8')
    else if (field === 7) frame.payloadType = content.toString('utf8')
    else if (field === 8) frame.payload = content
    else if (field === 9) frame.logIdNew = content.toString('utf8')
  }
  for (const required of [1, 2, 3, 4]) {
    if (!seen.has(required)) throw new FrameError(`Field ${required} of the frame is missing.`)
  }
  return frame
}

/** The value of a header, or undefined when the frame has none of that name. */
export function frameHeader(frame: Frame, key: string): string | undefined {
  return frame.headers.find((header) => header.key === key)?.value
}

function decodeHeader(bytes: Buffer): FrameHeader {
  let key: string | undefined
  let value: string | undefined
  for (const { field, bytes: content } of readFields(bytes)) {
    if (field === 1) key = content.toString('utf8')
    if (field === 2) value = content.toString('utf8')
  }
  if (key === undefined || value === undefined) {
    throw new FrameError('A header of the frame lacks its key or its value.')
  }
  return { key, value }
}

type Field = { field: number; number: bigint; bytes: Buffer }

const NOTHING = Buffer.alloc(0)

function* readFields(bytes: Buffer): Generator<Field> {
  let at = 0
  while (at < bytes.length) {
    const tag = readVarint(bytes, at)
    at = tag.next
    const field = Number(tag.value >> 3n)
    const wireType = Number(tag.value & 7n)
    if (wireType === VARINT) {
      const { value, next } = readVarint(bytes, at)
      at = next
      yield { field, number: value, bytes: NOTHING }
      continue
    }
    let length: number
    if (wireType === BYTES) {
      const prefix = readVarint(bytes, at)
      at = prefix.next
      length = Number(prefix.value)
    } else if (wireType === FIXED64) length = 8
    else if (wireType === FIXED32) length = 4
    else throw new FrameError(`Wire type ${wireType} is not known.`)
    if (at + length > bytes.length) throw new FrameError('The frame ends inside a field.')
    yield { field, number: 0n, bytes: bytes.subarray(at, at + length) }
    at += length
  }
}

function readVarint(bytes: Buffer, start: number): { value: bigint; next: number } {
  let value = 0n
  for (let index = 0; index < 10; index += 1) {
    const byte = bytes[start + index]
    if (byte === undefined) throw new FrameError('The frame ends inside a number.')
    value |= BigInt(byte & 0x7f) << BigInt(7 * index)
    if (byte < 0x80) return { value: BigInt.asUintN(64, value), next: start + index + 1 }
  }
  throw new FrameError('A number of the frame is longer than 64 bits.')
}

function varint(value: bigint): Buffer {
  const bytes: number[] = []
  // A negative int32 travels as its 64-bit two's complement.
  let rest = BigInt.asUintN(64, value)
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Buffer.from(bytes)
}

function varintField(field: number, value: bigint): Buffer {
  return Buffer.concat([varint(BigInt((field << 3) | VARINT)), varint(value)])
}

function bytesField(field: number, content: Buffer): Buffer {
  return Buffer.concat([
    varint(BigInt((field << 3) | BYTES)),
    varint(BigInt(content.length)),
    content,
  ])
}

function textField(field: number, text: string): Buffer {
  return bytesField(field, Buffer.from(text, 'utf8'))
}
