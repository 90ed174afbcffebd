import { register } from 'node:module'

// The service on a machine where `@opentelemetry/api` is not installed.

const hide = `export async function resolve(specifier, context, next) {
  if (!specifier.startsWith('@opentelemetry/')) return next(specifier, context)
  throw Object.assign(new Error('It is not installed.'), { code: 'ERR_MODULE_NOT_FOUND' })
}`
register(`data:text/javascript,${encodeURIComponent(hide)}`)

const found = await import('@opentelemetry/api').catch(() => null)
if (found !== null) throw new Error('The package is still there.')
await import('../../../src/main.ts')
