import { CardAuthError } from '../errors.ts'
import { isErrorCode } from './secret-names.ts'

/** What is written about an error; nothing else of it ever is. */
export type DescribedError = {
  name: string
  code?: string | number
  message: string
  feishuCode?: number
  logId?: string
  /** Where a foreign error came from; ours say it in their message. */
  stack?: string[]
  causes?: { name: string; code?: string | number; message: string }[]
}

const MOST_CAUSES = 5
const MOST_FRAMES = 8
const LONGEST_MESSAGE = 500

/**
 * Picks the facts of an error that are safe to write. Errors of HTTP clients carry the whole request as
 * properties, so none are copied but the ones named here.
 */
export function describeError(error: Error, maskText: (text: string) => string): DescribedError {
  const causes = causesOf(error).map((cause) => describeBriefly(cause, maskText))
  return {
    ...describeBriefly(error, maskText),
    ...feishuFactsOf(error),
    ...(error instanceof CardAuthError ? {} : framesOf(error)),
    ...(causes.length > 0 ? { causes } : {}),
  }
}

function describeBriefly(error: Error, maskText: (text: string) => string) {
  return {
    name: error.name,
    ...('code' in error && isErrorCode(error.code) ? { code: error.code } : {}),
    message: maskText(withoutParameters(error.message)).slice(0, LONGEST_MESSAGE),
  }
}

/** Database drivers append the bound values of a failed statement to its message. */
function withoutParameters(message: string): string {
  return message.split(/\n\s*params:/, 1)[0] ?? ''
}

function causesOf(error: Error): Error[] {
  const causes: Error[] = []
  let cause = error.cause
  while (cause instanceof Error && causes.length < MOST_CAUSES && !causes.includes(cause)) {
    causes.push(cause)
    cause = cause.cause
  }
  return causes
}

function feishuFactsOf(error: Error): Pick<DescribedError, 'feishuCode' | 'logId'> {
  return {
    ...('feishuCode' in error && typeof error.feishuCode === 'number'
      ? { feishuCode: error.feishuCode }
      : {}),
    ...('logId' in error && typeof error.logId === 'string' ? { logId: error.logId } : {}),
  }
}

function framesOf(error: Error): { stack?: string[] } {
  const frames = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, MOST_FRAMES)
    .map((line) => line.trim())
  return frames.length > 0 ? { stack: frames } : {}
}
