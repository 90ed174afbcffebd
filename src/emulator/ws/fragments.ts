import { randomUUID } from 'node:crypto'
import { randomHex } from '../ids.ts'
import type { Frame } from './frame.ts'
import { SERVICE_ID } from './tickets.ts'

/** What a data frame says besides its payload. */
export type FrameOrigin = { type: 'event' | 'card'; now: number; seqId: bigint }

/** The frames of one message: one per piece, all of the same `message_id`. */
export function fragmentsOf(
  payload: Buffer,
  largestBytes: number,
  origin: FrameOrigin,
): { messageId: string; frames: Frame[] } {
  const messageId = randomUUID()
  const traceId = randomHex(16)
  const pieces = piecesOf(payload, largestBytes)
  const frames = pieces.map(
    (piece, index): Frame => ({
      seqId: origin.seqId,
      logId: BigInt(Math.trunc(origin.now)),
      service: SERVICE_ID,
      method: 1,
      headers: [
        { key: 'type', value: origin.type },
        { key: 'message_id', value: messageId },
        { key: 'sum', value: String(pieces.length) },
        { key: 'seq', value: String(index) },
        { key: 'trace_id', value: traceId },
        { key: 'timestamp', value: String(Math.trunc(origin.now)) },
        { key: 'instance_id', value: 'emulator' },
      ],
      payload: piece,
    }),
  )
  return { messageId, frames }
}

/** Cuts by bytes, through characters if need be: the client joins bytes before it reads text. */
function piecesOf(payload: Buffer, largestBytes: number): Buffer[] {
  const pieces: Buffer[] = []
  for (let start = 0; start < payload.length; start += largestBytes) {
    pieces.push(payload.subarray(start, start + largestBytes))
  }
  return pieces.length === 0 ? [payload] : pieces
}
