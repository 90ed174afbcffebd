import type { Answer } from './answer.ts'
import type { EmulatorContext } from './context.ts'
import type { EmulatorRequest } from './router.ts'

const pagePaths = ['/open-apis/authen/v1/authorize', '/client/']

/**
 * Writes one HTTP exchange into the transcript and the log; `answer` is null when the socket was
 * cut. The sandbox's own pages are left out, and the sim verbs record themselves.
 */
export function recordExchange(
  context: EmulatorContext,
  request: EmulatorRequest,
  answer: Answer | null,
  elapsedMs: number,
): void {
  const { method, path, logId } = request
  if (path === '/' || path.startsWith('/sim') || path.startsWith('/chat')) return
  const status = answer?.status ?? 0
  const ms = Math.round(elapsedMs)
  const kind = pagePaths.some((prefix) => path.startsWith(prefix)) ? 'page' : 'api'
  const query = Object.fromEntries(request.query)
  const messageId = messageIdOf(request, answer)
  context.transcript.add({
    kind,
    method,
    path,
    status,
    ms,
    logId,
    request: { ...(request.query.size > 0 ? { query } : {}), body: request.body },
    response: responseOf(answer),
    ...(messageId === undefined ? {} : { messageId }),
  })
  context.options.log({ level: 'info', message: 'answered', method, path, status, ms, logId })
}

function responseOf(answer: Answer | null): unknown {
  if (answer === null) return 'the socket was cut'
  if (typeof answer.headers.location === 'string') return { location: answer.headers.location }
  if (typeof answer.body !== 'string') return undefined
  if (!String(answer.headers['content-type']).includes('json')) return answer.body.slice(0, 200)
  return parsed(answer.body)
}

/** Links API calls about a message to its bubble on the chat page. */
function messageIdOf(request: EmulatorRequest, answer: Answer | null): string | undefined {
  const created = field(field(responseOf(answer), 'data'), 'message_id')
  const named = created ?? request.params.message_id
  return typeof named === 'string' ? named : undefined
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.entries(value).find(([key]) => key === name)?.[1]
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return body.slice(0, 200)
  }
}
