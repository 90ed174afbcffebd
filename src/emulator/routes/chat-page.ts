import { promises as files } from 'node:fs'
import { type Answer, text } from '../answer.ts'
import type { Route } from '../router.ts'

const folder = new URL('../chat/', import.meta.url)

const contentTypes: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
}

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** The sandbox's chat page at `/` and its files under `/chat/`. */
export function chatPageRoutes(): Route[] {
  return [
    { method: 'GET', path: '/', coverage: 'supported', handler: () => serve('index.html') },
    {
      method: 'GET',
      path: '/chat/:file',
      coverage: 'supported',
      handler: ({ params }) => serve(params.file ?? ''),
    },
  ]
}

/** Only plain names of known types: no folder, no dot file. */
async function serve(file: string): Promise<Answer> {
  const extension = /^[a-z][a-z-]*\.(html|css|js|svg)$/.exec(file)?.[1]
  if (extension === undefined) return text('404 page not found', 404)
  try {
    return {
      status: 200,
      headers: {
        'content-type': contentTypes[extension] ?? 'text/plain',
        'content-security-policy': policy,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-cache',
      },
      body: await files.readFile(new URL(file, folder)),
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return text('404 page not found', 404)
    }
    throw error
  }
}
