import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createContextManager } from '../support/async-context.ts'
import { type Service, startService } from '../support/service.ts'
import { type Receiver, SECRET, startReceiver } from '../webhooks/receiver.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const TOKEN_CALL = 'POST /open-apis/authen/v2/oauth/token'
const SECRET_PARTS = /\b(?:ou|on|om|oc)_|\b(?:u|ur|t)-\w{8}|code=|state=|\?|[\w-]{43}/

describe('the service with OpenTelemetry', () => {
  const exporter = new InMemorySpanExporter()
  let service: Service
  let receiver: Receiver
  let openId: string
  const spans = () => exporter.getFinishedSpans()
  const kept: ReadableSpan[] = []
  const forget = () => {
    kept.push(...spans())
    exporter.reset()
  }
  const named = (name: string) => spans().filter((span) => span.name === name)
  const childrenOf = (parent: ReadableSpan) =>
    spans().filter((span) => span.parentSpanContext?.spanId === parent.spanContext().spanId)

  beforeAll(async () => {
    receiver = await startReceiver()
    service = await startService({
      env: {
        WEBHOOK_URL: receiver.url,
        WEBHOOK_SECRETS: SECRET,
        WEBHOOK_ALLOWED_HOSTS: '127.0.0.1',
      },
    })
    openId = service.emulator.people[0]?.openId ?? ''
    await service.ask(openId)
  })
  afterAll(async () => {
    await service?.close()
    await receiver?.close()
    trace.disable()
    context.disable()
    propagation.disable()
  })

  it('records nothing without a provider, and begins when there is one', async () => {
    expect(service.logs.filter((line) => 'trace_id' in line)).toEqual([])
    const provider = new BasicTracerProvider({
      spanProcessors: [new SimpleSpanProcessor(exporter)],
    })
    context.setGlobalContextManager(createContextManager())
    trace.setGlobalTracerProvider(provider)
    propagation.setGlobalPropagator({
      inject: (_context, carrier) => void Reflect.set(Object(carrier), 'traceparent', TRACE_ID),
      extract: (above, carrier) => {
        const given: unknown = Reflect.get(Object(carrier), 'traceparent')
        if (given === undefined) return above
        const parent = { traceId: TRACE_ID, spanId: 'b7ad6b7169203331', traceFlags: 1 }
        return trace.setSpanContext(above, parent)
      },
      fields: () => ['traceparent'],
    })
    expect(spans()).toEqual([])
  })

  it('makes the calls of a callback children of its request', async () => {
    const { authorizeUrl } = await service.tap(openId)
    const consent = await service.emulator.sim.approve({ authorizeUrl, openId })
    if (!('redirect' in consent)) throw new Error('there is no redirect')
    expect((await fetch(consent.redirect)).status).toBe(200)
    await vi.waitFor(() => expect(named('GET /callback')).toHaveLength(1))
    const [callback] = named('GET /callback')
    if (!callback) throw new Error('there is no span')
    expect(callback).toMatchObject({
      kind: SpanKind.SERVER,
      attributes: { 'http.route': '/callback', 'http.response.status_code': 200 },
    })
    const calls = childrenOf(callback).filter(({ kind }) => kind === SpanKind.CLIENT)
    expect(calls.map(({ name }) => name)).toEqual(
      expect.arrayContaining([TOKEN_CALL, 'GET /open-apis/authen/v1/user_info']),
    )
    expect(calls[0]?.attributes).toMatchObject({
      'server.address': '127.0.0.1',
      'url.template': '/open-apis/authen/v2/oauth/token',
      'feishu_card_auth.api_name': 'exchange_code',
      'feishu_card_auth.log_id': expect.any(String),
    })
  })

  it('tells of each try to deliver a webhook, on the trace of what it tells, and how it failed', async () => {
    await vi.waitFor(() => expect(named('deliver webhook')).toHaveLength(1))
    const [delivered] = named('deliver webhook')
    const [callback] = named('GET /callback')
    expect(delivered?.attributes).toEqual({
      'feishu_card_auth.webhook_event': 'authorization.completed',
      'feishu_card_auth.attempts': 1,
      'feishu_card_auth.outcome': 'ok',
    })
    expect(delivered).toMatchObject({
      kind: SpanKind.CLIENT,
      status: { code: SpanStatusCode.UNSET },
      parentSpanContext: callback?.spanContext(),
    })

    receiver.answers.push((response) => response.writeHead(503).end())
    const { session_id: id } = await service.ask(service.emulator.people[1]?.openId ?? '')
    await service.api(`/v1/sessions/${id}/invalidate`, { method: 'POST' })
    await vi.waitFor(() => expect(named('deliver webhook')).toHaveLength(2))
    const [, failed] = named('deliver webhook')
    expect(failed).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: {
        'feishu_card_auth.webhook_event': 'authorization.expired',
        'feishu_card_auth.outcome': 'retry',
        'error.type': 'status_5xx',
      },
    })
    expect(receiver.received.map(({ headers }) => headers.traceparent)).toEqual([
      undefined,
      undefined,
    ])
  })

  it('nests request, token, refresh and call, below the trace of the caller', async () => {
    forget()
    const headers = { authorization: `Bearer ${service.apiKey}`, traceparent: 'given' }
    const answer = await fetch(`${service.url}/v1/tokens/${openId}/refresh`, {
      method: 'POST',
      headers,
    })
    expect(answer.status).toBe(200)
    await vi.waitFor(() => expect(named('POST /v1/tokens/{open_id}/refresh')).toHaveLength(1))
    const chain: ReadableSpan[] = []
    let [next] = named('POST /v1/tokens/{open_id}/refresh')
    for (; next; [next] = childrenOf(next)) chain.push(next)
    expect(chain.map(({ name }) => name)).toEqual([
      'POST /v1/tokens/{open_id}/refresh',
      'get_user_access_token',
      'refresh',
      TOKEN_CALL,
    ])
    expect(new Set(chain.map((span) => span.spanContext().traceId))).toEqual(new Set([TRACE_ID]))
    const line = service.logs.findLast(({ event }) => event === 'refresh_ended')
    expect(line).toMatchObject({ trace_id: TRACE_ID, request_id: expect.any(String) })
  })

  it('marks what failed with the kind of failure, and not what only waits for the person', async () => {
    forget()
    service.emulator.sim.injectFault({ match: TOKEN_CALL, status: 400, code: 20050, times: 9 })
    await service.api(`/v1/tokens/${openId}/refresh`, { method: 'POST' })
    service.emulator.sim.clearFaults()
    await service.api('/v1/tokens/ou_nobody')
    await vi.waitFor(() => expect(named('GET /v1/tokens/{open_id}')).toHaveLength(1))
    const [refresh] = named('refresh')
    expect(refresh?.status).toEqual({ code: SpanStatusCode.ERROR })
    expect(refresh?.attributes['error.type']).toBe('upstream')
    const waiting = named('get_user_access_token').at(-1)
    expect(waiting?.attributes['error.type']).toBe('authorization_required')
    expect(waiting?.status.code).toBe(SpanStatusCode.UNSET)
  })

  it('makes a trace of each run of a job, and none of probes', async () => {
    await fetch(`${service.url}/readyz`)
    await vi.waitFor(() => expect(named('job card_outbox').length).toBeGreaterThan(0), 10_000)
    expect(named('job card_outbox')[0]?.parentSpanContext).toBeUndefined()
    expect(named('GET /readyz')).toEqual([])
  })

  it('names no person and holds no secret', () => {
    forget()
    const texts = kept.flatMap(({ name, attributes, events, status }) => [
      name,
      JSON.stringify([attributes, events, status]),
    ])
    expect(texts.length).toBeGreaterThan(20)
    expect(texts.filter((text) => SECRET_PARTS.test(text))).toEqual([])
  })
})
