import { Counter, Histogram, type Registry } from 'prom-client'
import { HTTP_SECONDS } from './buckets.ts'
import { FAILED_STATUS_CODES, HTTP_ROUTES, STATUS_CODES, UNMATCHED } from './http-routes.ts'
import { inSet, OTHER } from './label-sets.ts'

/** One answered request; `endpoint` is a route pattern, never a path. */
export type MeasuredRequest = {
  method: string
  endpoint: string
  statusCode: number
  seconds: number
}

/** The metrics of the public server. */
export interface HttpMetrics {
  observeRequest(request: MeasuredRequest): void
  countRateLimited(endpoint: string): void
}

const ENDPOINTS = [...new Set(HTTP_ROUTES.map(({ endpoint }) => endpoint)), UNMATCHED]
const STATUSES = STATUS_CODES.map(String)

/** Registers the metrics of incoming requests. */
export function createHttpMetrics(registry: Registry): HttpMetrics {
  const requests = new Counter({
    name: 'lark_service_http_requests_total',
    help: 'Requests answered, by route pattern; 499 is a caller who left before the answer.',
    labelNames: ['method', 'endpoint', 'status_code'],
    registers: [registry],
  })
  const duration = new Histogram({
    name: 'lark_service_http_request_duration_seconds',
    help: 'Time to answer a request, by route pattern.',
    labelNames: ['method', 'endpoint'],
    buckets: HTTP_SECONDS,
    registers: [registry],
  })
  const limited = new Counter({
    name: 'lark_service_rate_limited_total',
    help: 'Requests refused because their caller made too many.',
    labelNames: ['endpoint'],
    registers: [registry],
  })
  zero()

  return {
    observeRequest({ method, endpoint, statusCode, seconds }) {
      const labels = routeLabels(method, endpoint)
      requests.inc({ ...labels, status_code: inSet(STATUSES, String(statusCode)) })
      duration.observe(labels, seconds)
    },
    countRateLimited(endpoint) {
      limited.inc({ endpoint: endpointLabel(endpoint) })
    },
  }

  function zero(): void {
    for (const { method, endpoint, good } of HTTP_ROUTES) {
      duration.zero({ method, endpoint })
      for (const status of new Set([...good, ...FAILED_STATUS_CODES])) {
        requests.inc({ method, endpoint, status_code: String(status) }, 0)
      }
    }
    const unmatched = routeLabels('GET', UNMATCHED)
    duration.zero(unmatched)
    requests.inc({ ...unmatched, status_code: '404' }, 0)
    for (const endpoint of ENDPOINTS) limited.inc({ endpoint }, 0)
  }
}

/** A method that its route does not answer is `other`: a scanner must not multiply the series. */
function routeLabels(method: string, endpoint: string) {
  const isRoute = HTTP_ROUTES.some(
    (route) => route.method === method && route.endpoint === endpoint,
  )
  return { method: isRoute ? method : OTHER, endpoint: endpointLabel(endpoint) }
}

function endpointLabel(endpoint: string): string {
  return ENDPOINTS.includes(endpoint) ? endpoint : UNMATCHED
}
