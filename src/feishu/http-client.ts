import type { AxiosInstance, AxiosResponse, InternalAxiosRequestConfig } from 'axios'
import { type ApiName, type ApiObserver, apiNameOf } from './api-names.ts'
import { axios } from './axios.ts'
import { createDeadline, type Deadline } from './deadline.ts'
import type { FeishuLog } from './feishu-log.ts'
import { isLoopback } from './hosts.ts'
import { asRecord, judgeFailure, judgeReply, logIdOf } from './judge-reply.ts'
import { createOwnConnection } from './own-connection.ts'
import { reportCall } from './report-call.ts'
import type { HttpInstance } from './sdk.ts'

declare module 'axios' {
  interface AxiosRequestConfig {
    /** Ours: the name of the call in metrics, where the path alone does not tell. */
    apiName?: ApiName
    /** Ours: what a good body holds; any other counts as a failed call. */
    isExpected?: (body: Record<string, unknown>) => boolean
    /** Ours: whether the request may have left; unknown where it shares connections. */
    mayHaveSent?: () => boolean
  }
}

/** Looks at the body of every good reply before the SDK sees it, and may mend it. */
export type ReplyReviewer = (apiName: ApiName, body: unknown) => unknown

/** A call outside the SDK. */
export type HttpRequest = {
  apiName: ApiName
  method: 'GET' | 'POST'
  url: string
  headers?: Record<string, string>
  body?: string
  /** What a good body holds; any other counts as a failed call. */
  isExpected?: (body: Record<string, unknown>) => boolean
  /** Opens a connection for this call alone, so that a failure tells whether the request may have left. */
  onOwnConnection?: boolean
}

/** A good reply: HTTP 2xx and no code but 0; an empty body reads as `{}`. */
export type HttpReply = { body: Record<string, unknown>; logId: string | undefined }

/** The one way out to Feishu over HTTP, for the SDK and for OAuth alike. */
export interface FeishuHttp {
  /** An instance as the SDK wants it; it rejects with `WireError` alone, so that the SDK has no secret to log. */
  forSdk(review?: ReplyReviewer): HttpInstance
  /** @throws {WireError} when there is no good reply in time. */
  send(request: HttpRequest): Promise<HttpReply>
}

const MAX_BODY_BYTES = 1024 * 1024

/**
 * Creates the HTTP client.
 *
 * Every call has a hard deadline (`timeoutMs`, default 10 000) that also ends a body dripping in. Redirects are not followed:
 * Feishu's APIs send none, and a secret must not travel to another host. `HTTPS_PROXY` and `NO_PROXY` are honoured, since
 * that is how a closed network lets calls out, but never for loopback: axios would send a local Feishu's calls to the
 * proxy as well. The long connection's socket uses no proxy (Feishu does not support it there).
 */
export function createHttpClient(neighbours: {
  log: FeishuLog
  observe: ApiObserver
  timeoutMs?: number | undefined
}): FeishuHttp {
  const { log, observe, timeoutMs = 10_000 } = neighbours
  const own = createInstance()

  return {
    forSdk(review): HttpInstance {
      const instance = createInstance()
      // The SDK expects bodies, not replies, unless it asks for headers (larksuite/node-sdk#61).
      instance.interceptors.response.use((reply): never => {
        const data = review ? review(nameOf(reply.config), reply.data) : reply.data
        const wantsHeaders = Reflect.get(reply.config, '$return_headers') === true
        return (wantsHeaders ? { data, headers: reply.headers } : data) as never
      })
      // The types differ in generics alone: the SDK is told the body's type, which the interceptor delivers.
      return instance as HttpInstance
    },
    async send({ apiName, method, url, headers = {}, body, isExpected = () => true, ...how }) {
      const connection = how.onOwnConnection ? createOwnConnection() : null
      const reply: AxiosResponse<unknown> = await own.request({
        apiName,
        method,
        url,
        headers,
        isExpected,
        ...(body === undefined ? {} : { data: body }),
        ...(connection ? { ...connection.config, mayHaveSent: connection.mayHaveSent } : {}),
      })
      return { body: asRecord(reply.data) ?? {}, logId: logIdOf(reply) }
    },
  }

  function createInstance(): AxiosInstance {
    const instance = axios.create({ maxRedirects: 0, maxContentLength: MAX_BODY_BYTES })
    const underWay = new WeakMap<object, { startedAt: number; deadline: Deadline }>()

    instance.interceptors.request.use((config) => {
      const deadline = createDeadline(timeoutMs)
      underWay.set(config, { startedAt: performance.now(), deadline })
      config.signal = deadline.signal
      if (isLoopback(config.url ?? '')) config.proxy = false
      return config
    })
    instance.interceptors.response.use(
      (reply) => {
        const failure = judgeReply(nameOf(reply.config), reply, reply.config.isExpected)
        report(reply.config, failure, logIdOf(reply))
        // The SDK alone tells fatal codes of the discovery from passing ones, by their body.
        if (failure && !(failure.facts.apiName === 'ws_endpoint' && failure.facts.feishuCode)) {
          throw failure
        }
        return reply
      },
      (error: unknown) => {
        const config = axios.isAxiosError(error) ? error.config : undefined
        const failure = judgeFailure(
          config ? nameOf(config) : 'other',
          error,
          config?.mayHaveSent?.(),
        )
        report(config, failure, failure.facts.logId)
        throw failure
      },
    )
    return instance

    function report(
      config: InternalAxiosRequestConfig | undefined,
      failure: ReturnType<typeof judgeReply>,
      logId: string | undefined,
    ): void {
      const call = config && underWay.get(config)
      call?.deadline.lift()
      reportCall(
        { log, observe },
        {
          apiName: config ? nameOf(config) : 'other',
          method: config?.method ?? '',
          url: config?.url ?? '',
          seconds: call ? (performance.now() - call.startedAt) / 1000 : 0,
          failure,
          logId,
        },
      )
    }
  }
}

function nameOf(config: InternalAxiosRequestConfig): ApiName {
  return config.apiName ?? apiNameOf(config.method ?? 'GET', config.url ?? '')
}
