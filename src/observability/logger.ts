import { pino } from 'pino'
import type { Log } from '../auth/ports.ts'
import { toPrettyLine } from './pretty-line.ts'
import { createRedact } from './redact.ts'

/** From how serious a line on it is written. */
export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'

/** Somewhere a finished line goes; it ends in a line break. */
export type LineWriter = { write(line: string): unknown }

/** The names that every line has. */
const RESERVED = ['level', 'time', 'event']

/** Creates the log: one JSON object a line, in which no secret survives. */
export function createLogger({
  level,
  secrets = [],
  stream = process.stdout,
  pretty = false,
}: {
  level: LogLevel
  /** Configured secrets, masked wherever they appear. */
  secrets?: readonly string[]
  stream?: LineWriter
  /** Lines for a person at a terminal instead of JSON. */
  pretty?: boolean
}): Log {
  const redact = createRedact(secrets)
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      // Fields are plain by now; pino's own serializer would add what was left out of errors.
      serializers: {},
    },
    {
      write: (line: string) => {
        stream.write(pretty ? toPrettyLine(line) : line)
      },
    },
  )
  return (logLevel, event, fields) => {
    if (!logger.isLevelEnabled(logLevel)) return
    logger[logLevel]({ event, ...withoutReserved(redact(fields)) })
  }
}

/** JSON with a name twice is read differently by every reader, so ours win. */
function withoutReserved(fields: Record<string, unknown>): Record<string, unknown> {
  if (!RESERVED.some((name) => Object.hasOwn(fields, name))) return fields
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) =>
      RESERVED.includes(name) ? [`${name}_`, value] : [name, value],
    ),
  )
}
