/** Headers of an answer. */
export type AnswerHeaders = Record<string, string | string[]>

/** What a route answers; the server adds the log id. */
export type Answer = {
  status: number
  headers: AnswerHeaders
  body: string | Buffer | EventStreamBody
}

/** A body that stays open: the server hands over the writer once the headers are sent. */
export type EventStreamBody = {
  open(write: (chunk: string) => void, onClose: (listener: () => void) => void): void
}

/** Answers JSON, compact as Feishu's. */
export function json(body: unknown, status = 200, headers: AnswerHeaders = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(body),
  }
}

/** Answers a page. */
export function html(body: string, status = 200, headers: AnswerHeaders = {}): Answer {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8', ...headers }, body }
}

/** Answers plain text. */
export function text(body: string, status = 200): Answer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body }
}

/** Sends the browser elsewhere with 302. */
export function redirect(location: string, headers: AnswerHeaders = {}): Answer {
  return { status: 302, headers: { location, ...headers }, body: '' }
}

/** Feishu's envelope of success: `{code: 0, msg, data}`. */
export function success(data: unknown, msg = 'success'): Answer {
  return json({ code: 0, msg, data })
}

/** Feishu's envelope of failure, with the log id its support asks for. */
export function failure(code: number, msg: string, logId: string, status = 400): Answer {
  const troubleshooter = `See https://open.feishu.cn/search?code=${code}&log_id=${logId}`
  return json({ code, msg, error: { log_id: logId, troubleshooter } }, status)
}
