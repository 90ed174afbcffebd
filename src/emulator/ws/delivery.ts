import type { EmulatedPerson } from '../cast.ts'
import type { EmulatorContext } from '../context.ts'
import type { CallbackOutcome, Delivery } from '../delivery.ts'
import type { ActiveFault } from '../faults.ts'
import { randomHex } from '../ids.ts'
import type { EmulatedMessage } from '../world.ts'
import { judgeCallbackAnswer } from './callback-answer.ts'
import type { Connections } from './connections.ts'
import { createPusher, type Push, type PushResult } from './pusher.ts'
import type { UpdateTokens } from './update-tokens.ts'

/** The verification token of the emulated app; the long connection never checks it. */
const VERIFICATION_TOKEN = 'emulated-verification-token'

/** What the delivery needs of the emulator. */
export type DeliveryContext = Pick<
  EmulatorContext,
  'options' | 'clock' | 'world' | 'faults' | 'transcript'
> & { connections: Connections; updateTokens: UpdateTokens; fragmentBytes?: number }

/**
 * Creates the delivery. Events nobody acknowledged are pushed again with the same event_id, callbacks
 * never.
 * @see https://open.feishu.cn/document/server-docs/event-subscription-guide/overview
 */
export function createDelivery(context: DeliveryContext): Delivery {
  const { options, clock, world, faults, connections, updateTokens } = context
  const pusher = createPusher(context)
  const pending = new Set<() => void>()
  let duplicates = 0

  /** Pushes once, or twice when a duplicate was asked for; the result is that of the first push. */
  async function pushOnce(push: Push): Promise<PushResult> {
    const first = pusher.push(push)
    if (duplicates === 0) return first
    duplicates -= 1
    await pusher.push(push)
    return first
  }

  function redeliver(push: Push, attempt: number): void {
    const delaySeconds = options.eventRedeliverySeconds[attempt]
    if (delaySeconds === undefined) return
    const cancel = clock.schedule(delaySeconds * 1000, () => {
      pending.delete(cancel)
      void pushEvent(push, attempt + 1)
    })
    pending.add(cancel)
  }

  async function pushEvent(push: Push, attempt: number): Promise<boolean> {
    const result = await pushOnce(push)
    const delivered = isAcknowledged(result)
    if (!delivered) redeliver(push, attempt)
    return delivered
  }

  function header(eventType: string, createTime: string, tenantKey: string) {
    const eventId = randomHex(16)
    const { appId } = world.app
    return {
      event_id: eventId,
      token: VERIFICATION_TOKEN,
      create_time: createTime,
      event_type: eventType,
      tenant_key: tenantKey,
      app_id: appId,
    }
  }

  async function pushCallback(push: Push, fault: ActiveFault | null): Promise<PushResult> {
    if (fault === null) return pushOnce(push)
    if (fault.delayMs !== undefined) await wait(fault.delayMs)
    const isLost = fault.delayMs === undefined || fault.cut !== undefined
    if (fault.cut !== 'before') {
      const result = await pushOnce(push)
      if (!isLost || result.state !== 'answered') return result
    }
    await wait(options.callbackTimeoutMs)
    return { state: 'timeout' }
  }

  return {
    async sendEvent(eventType, event, opts = {}) {
      const tenantKey = opts.tenantKey ?? world.people[0]?.tenantKey ?? ''
      const head = header(eventType, String(Math.trunc(clock.now())), tenantKey)
      const push: Push = {
        type: 'event',
        name: eventType,
        payload: { schema: '2.0', header: head, event },
        ...messageOf(event),
      }
      return { eventId: head.event_id, delivered: await pushEvent(push, 0) }
    },

    async sendCallback(message, action, operator) {
      const name = 'card.action.trigger'
      // Callbacks count microseconds where events count milliseconds.
      const head = header(name, `${Math.trunc(clock.now())}000`, operator.tenantKey)
      const { token, answered } = updateTokens.issue(message)
      const event = callbackEvent(message, action, operator, world.app.scopes)
      const push: Push = {
        // No SDK answers the old frames; the person then sees 200340.
        type: world.app.cardCallback === 'old' ? 'card' : 'event',
        name,
        payload: { schema: '2.0', header: head, event: { ...event, token } },
        messageId: message.messageId,
      }
      const fault = faults.take('WS', 'callback')
      if (fault?.code !== undefined) return { code: fault.code }
      const result = await pushCallback(push, fault)
      answered()
      if (push.type === 'card' && result.state === 'timeout') return { code: 200340 }
      return outcomeOf(result, message)
    },

    async sendRaw({ frameType = 'event', payload }) {
      const result = await pushOnce({ type: frameType, name: 'raw', payload })
      return { delivered: isAcknowledged(result) }
    },

    duplicateNext(times) {
      duplicates = times
    },
    dropConnections: ({ halfOpen = false } = {}) => connections.drop(halfOpen),
    connections: () => connections.list(),
    reset() {
      for (const cancel of pending) cancel()
      pending.clear()
      duplicates = 0
      updateTokens.reset()
    },
    async close() {
      for (const cancel of pending) cancel()
      pusher.close()
      await connections.close()
    },
  }
}

function outcomeOf(result: PushResult, message: EmulatedMessage): CallbackOutcome {
  if (result.state === 'no connection') return { code: 200340 }
  if (result.state === 'timeout') return { code: 200341 }
  return judgeCallbackAnswer(result.ack, message.content)
}

function callbackEvent(
  message: EmulatedMessage,
  action: Record<string, unknown>,
  operator: EmulatedPerson,
  scopes: string[],
) {
  const seesUserId = scopes.includes('contact:user.employee_id:readonly')
  return {
    operator: {
      tenant_key: operator.tenantKey,
      ...(seesUserId ? { user_id: operator.userId } : {}),
      open_id: operator.openId,
      union_id: operator.unionId,
    },
    action,
    host: 'im_message',
    context: { open_message_id: message.messageId, open_chat_id: message.chatId },
  }
}

/** The message an event is about, so that the transcript can link to it. */
function messageOf({ message }: Record<string, unknown>): { messageId?: string } {
  if (typeof message !== 'object' || message === null || !('message_id' in message)) return {}
  return typeof message.message_id === 'string' ? { messageId: message.message_id } : {}
}

function isAcknowledged(result: PushResult): boolean {
  return result.state === 'answered' && result.ack.code === 200
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
