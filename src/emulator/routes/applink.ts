import { html, redirect } from '../answer.ts'
import { escapeHtml } from '../pages/page-frame.ts'
import type { Route } from '../router.ts'

/**
 * AppLinks, which Feishu's client opens: a web page in its side panel, or a chat.
 * See https://open.feishu.cn/document/applink-protocol/supported-protocol/open-an-h5-app
 */
export function applinkRoutes(): Route[] {
  return [
    {
      method: 'GET',
      path: '/client/web_url/open',
      coverage: 'partial',
      handler({ query }) {
        const target = query.get('url') ?? ''
        if (isLoopback(target)) return redirect(target)
        const shown = escapeHtml(target.slice(0, 200))
        return html(`<!doctype html><title>AppLink</title><p>Feishu would open ${shown}</p>`)
      },
    },
    {
      method: 'GET',
      path: '/client/chat/open',
      coverage: 'partial',
      handler: () => redirect('/#chat'),
    },
    {
      method: 'GET',
      path: '/client/bot/open',
      coverage: 'partial',
      handler: () => redirect('/#chat'),
    },
  ]
}

function isLoopback(target: string): boolean {
  if (!URL.canParse(target)) return false
  const { protocol, hostname } = new URL(target)
  return /^https?:$/.test(protocol) && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
}
