import type { Context, Span, SpanOptions } from '@opentelemetry/api'
import { type Around, unwatched } from '../auth/around.ts'
import type { AuthEvents } from '../auth/events.ts'
import type { Log } from '../auth/ports.ts'
import { CardAuthError } from '../errors.ts'

type Api = typeof import('@opentelemetry/api')

/** A call to Feishu that has ended. */
export type TracedCall = {
  apiName: string
  /** `ok`, or why not. */
  status: string
  seconds: number
  method: string
  host: string
  /** The path without anybody's id in it; null when it is not known to be free of them. */
  template: string | null
  logId?: string
}

/** The span of one request that is worked on. */
export type RequestSpan = {
  run(work: () => void): void
  end(request: { method: string; endpoint: string; statusCode: number }): void
}

/**
 * Spans for OpenTelemetry (https://opentelemetry.io/docs/specs/otel/trace/api/). No attribute names a person or holds a
 * secret, and no address has a query.
 */
export interface Tracing {
  around: Around
  /** Begins the span of a request, as a child of the one its headers name. */
  begin(request: { requestId: string; path: string; headers: object }): RequestSpan
  observeCall(call: TracedCall): void
  /** Makes spans of what the domain tells; the returned function stops that. */
  watch(events: Pick<AuthEvents, 'on'>): () => void
  /** A log that adds `trace_id` and `span_id` to what is written within a span. */
  stamp(log: Log): Log
}

/** Probes come all day long, and tell nothing. */
const UNTRACED = new Set(['/livez', '/readyz', '/startupz'])

const NO_TRACING: Tracing = {
  around: unwatched,
  begin: () => ({ run: (work) => work(), end: () => {} }),
  observeCall: () => {},
  watch: () => () => {},
  stamp: (log) => log,
}

/** Creates the tracing; without `@opentelemetry/api` there is none, and without a provider nothing is recorded. */
export async function loadTracing(version: string): Promise<Tracing> {
  try {
    return createTracing(await import('@opentelemetry/api'), version)
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && ABSENT.has(String(error.code))
    if (isAbsent) return NO_TRACING
    throw error
  }
}

const ABSENT = new Set(['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'])

function createTracing(api: Api, version: string): Tracing {
  const { context, propagation, trace, SpanKind, SpanStatusCode } = api
  const { INVALID_TRACEID, isSpanContextValid } = api
  // Whoever registers a provider later is served from then on.
  const tracer = trace.getTracer('feishu-card-auth', version)

  return {
    around(stretch, work, failureOf = () => null) {
      // A job belongs to nobody's request, whoever may have set it going.
      const span = tracer.startSpan(stretch, { root: stretch.startsWith('job ') })
      return isHeard(span) ? stretchOf(span, work, failureOf) : work()
    },
    begin({ requestId, path, headers }) {
      if (UNTRACED.has(path)) return NO_TRACING.begin({ requestId, path, headers })
      const above = context.active()
      const isInside = trace.getSpan(above) !== undefined
      const parent = isInside ? above : propagation.extract(above, headers)
      const kind = isInside ? SpanKind.INTERNAL : SpanKind.SERVER
      const options = { kind, attributes: { 'feishu_card_auth.request_id': requestId } }
      const span = tracer.startSpan('request', options, parent)
      if (!isHeard(span)) return NO_TRACING.begin({ requestId, path, headers })
      return {
        run: (work) => within(span, work, parent),
        end({ method, endpoint, statusCode }) {
          const isKnown = endpoint !== 'unmatched'
          span.updateName(isKnown ? `${method} ${endpoint}` : method)
          span.setAttributes({
            'http.request.method': method,
            'http.response.status_code': statusCode,
            ...(isKnown && { 'http.route': endpoint }),
          })
          if (statusCode >= 500) fail(span, String(statusCode))
          span.end()
        },
      }
    },
    observeCall({ apiName, status, seconds, method, host, template, logId }) {
      const name = `${method} ${template ?? apiName}`
      const attributes = {
        'http.request.method': method,
        'server.address': host,
        ...(template !== null && { 'url.template': template }),
        'feishu_card_auth.api_name': apiName,
        ...(logId !== undefined && { 'feishu_card_auth.log_id': logId }),
      }
      const failure = status === 'ok' ? null : status
      ended(name, seconds, { kind: SpanKind.CLIENT, attributes }, failure)
    },
    watch: (events) =>
      events.on((event) => {
        if (event.type !== 'webhook_tried') return
        const { seconds, attempts, outcome, failure } = event
        const attributes = {
          'feishu_card_auth.webhook_event': event.event,
          'feishu_card_auth.attempts': attempts,
          'feishu_card_auth.outcome': outcome,
        }
        ended('deliver webhook', seconds, { kind: SpanKind.CLIENT, attributes }, failure)
      }),
    stamp: (log) => (level, event, fields) => {
      const span = trace.getSpanContext(context.active())
      if (!span || !isSpanContextValid(span)) return log(level, event, fields)
      log(level, event, { ...fields, trace_id: span.traceId, span_id: span.spanId })
    },
  }

  /** Without a provider nobody hears of a span, and there is nothing to carry along. */
  function isHeard(span: Span): boolean {
    return span.spanContext().traceId !== INVALID_TRACEID
  }

  async function stretchOf<Result>(
    span: Span,
    work: () => Promise<Result>,
    failureOf: (result: Result) => string | null,
  ): Promise<Result> {
    try {
      const result = await within(span, work)
      const failure = failureOf(result)
      if (failure !== null) fail(span, failure)
      return result
    } catch (error) {
      fail(span, nameOf(error), !isForThePerson(error))
      throw error
    } finally {
      span.end()
    }
  }

  function within<Result>(span: Span, work: () => Result, parent: Context = context.active()) {
    return context.with(trace.setSpan(parent, span), work)
  }

  /** What has ended is told with its end; it lies where it was told. */
  function ended(
    name: string,
    seconds: number,
    options: SpanOptions,
    failure: string | null,
  ): void {
    const end = Date.now()
    const span = tracer.startSpan(name, { ...options, startTime: new Date(end - seconds * 1000) })
    if (failure !== null) fail(span, failure)
    span.end(new Date(end))
  }

  /** A message may quote what it choked on, so only the name of an error is told. */
  function fail(span: Span, type: string, isFailure = true): void {
    span.setAttribute('error.type', type)
    if (isFailure) span.setStatus({ code: SpanStatusCode.ERROR })
  }
}

function nameOf(error: unknown): string {
  if (error instanceof CardAuthError) return error.code
  return error instanceof Error ? error.name : typeof error
}

/** Where only the person can help, nothing has failed. */
function isForThePerson(error: unknown): boolean {
  return error instanceof CardAuthError && error.code.startsWith('authorization_')
}
