import { type Answer, failure, success } from '../answer.ts'
import { cardSchema, isExplicitlyShared } from '../cards/read-card.ts'
import type { EmulatorContext } from '../context.ts'
import { findReceiver, type Receiver, reachable } from '../messages/find-receiver.ts'
import {
  invalidParameter,
  type MessageFailure,
  messageFailure,
} from '../messages/message-failure.ts'
import { FIVE_A_SECOND, refuseAtGate } from '../messages/message-gate.ts'
import { messageJson } from '../messages/message-json.ts'
import { createRateWindows, type RateWindows } from '../messages/rate-windows.ts'
import { readContent } from '../messages/read-content.ts'
import { createSentOnce, type SentOnce } from '../messages/sent-once.ts'
import type { EmulatorRequest, Route } from '../router.ts'
import type { EmulatedMessage } from '../world.ts'

const PATH = '/open-apis/im/v1/messages'
const FOURTEEN_DAYS_MS = 14 * 24 * 60 * 60 * 1000
const sendScopes = ['im:message', 'im:message:send_as_bot', 'im:message:send']
const updateScopes = ['im:message', 'im:message:send_as_bot', 'im:message:update']
const readScopes = ['im:message', 'im:message:readonly']
const recallScopes = ['im:message', 'im:message:send_as_bot', 'im:message:recall']

type Shared = EmulatorContext & { rates: RateWindows; sentOnce: SentOnce }
type Handler = (shared: Shared, request: EmulatorRequest) => Answer

/**
 * Sending, answering, updating, reading and recalling messages.
 * @see https://open.feishu.cn/document/server-docs/im-v1/message/intro
 */
export function messageRoutes(context: EmulatorContext): Route[] {
  const { now } = context.clock
  const shared: Shared = {
    ...context,
    rates: createRateWindows(now),
    sentOnce: createSentOnce(now),
  }
  const route = (
    method: Route['method'],
    path: string,
    scopes: readonly string[],
    handler: Handler,
  ): Route => ({
    method,
    path,
    coverage: 'partial',
    handler: (request) =>
      refuseAtGate(shared, shared.rates, request, `${method} ${path}`, scopes) ??
      handler(shared, request),
  })
  return [
    route('POST', PATH, sendScopes, create),
    route('POST', `${PATH}/:message_id/reply`, sendScopes, reply),
    route('PATCH', `${PATH}/:message_id`, updateScopes, patch),
    route('GET', `${PATH}/:message_id`, readScopes, read),
    route('DELETE', `${PATH}/:message_id`, recallScopes, recall),
  ]
}

function create(shared: Shared, request: EmulatorRequest): Answer {
  const idType = request.query.get('receive_id_type')
  const { receive_id: receiveId } = request.body
  if (idType === null) return missingField('receive_id_type', request)
  if (typeof receiveId !== 'string' || receiveId === '') return missingField('receive_id', request)
  return send(shared, request, () => findReceiver(shared.world, idType, receiveId))
}

function reply(shared: Shared, request: EmulatorRequest): Answer {
  const parent = shared.world.findMessage(request.params.message_id ?? '')
  const chat = parent && shared.world.findChat(parent.chatId)
  if (parent === undefined || chat === undefined) return unknownMessage(request)
  if (parent.recalled) return messageFailure({ code: 230011 }, request.logId)
  return send(shared, request, () => reachable(shared.world, chat), parent)
}

function send(
  { world, rates, sentOnce }: Shared,
  request: EmulatorRequest,
  receive: () => Receiver,
  parent?: EmulatedMessage,
): Answer {
  const { msg_type: msgType, content, uuid } = request.body
  if (typeof msgType !== 'string') return missingField('msg_type', request)
  if (typeof content !== 'string') return missingField('content', request)
  if (typeof uuid === 'string' && uuid.length > 50) return missingField('uuid', request)
  const already = world.findMessage(sentOnce.messageOf(uuid) ?? '')
  if (already !== undefined) return success(messageJson(world, already))

  const fail = (what: MessageFailure) => messageFailure(what, request.logId)
  const receiver = receive()
  if ('failure' in receiver) return fail(receiver.failure)
  const said = readContent(msgType, content)
  if ('failure' in said) return fail(said.failure)
  const { chatId } = receiver.chat
  const exceeded = rates.take(`chat ${chatId}`, FIVE_A_SECOND)
  if (exceeded !== undefined) return fail({ code: 230020 })

  const parentId = parent?.messageId
  const message = world.addMessage({
    chatId,
    sender: { kind: 'bot' },
    ...said,
    ...(parentId === undefined ? {} : { parentId }),
  })
  sentOnce.remember(uuid, message.messageId)
  return success(messageJson(world, message))
}

/** @see https://open.feishu.cn/document/server-docs/im-v1/message-card/patch */
function patch({ world, clock, rates }: Shared, request: EmulatorRequest): Answer {
  const fail = (what: MessageFailure) => messageFailure(what, request.logId)
  const message = world.findMessage(request.params.message_id ?? '')
  if (message === undefined) return unknownMessage(request)
  if (message.sender.kind !== 'bot') {
    return fail(invalidParameter('the operator is not the sender of the message.'))
  }
  if (message.msgType !== 'interactive')
    return fail(invalidParameter('This message is NOT a card.'))
  if (message.recalled) return fail({ code: 230011 })
  if (clock.now() - message.createTime > FOURTEEN_DAYS_MS) return fail({ code: 230031 })
  const said = readContent('interactive', request.body.content)
  if ('failure' in said) return fail(said.failure)
  const before = message.content
  if (cardSchema(before) === '2.0' && cardSchema(said.content) === '1.0') {
    const value = 'the card before is of schema 2.0'
    const fault = { code: 200830, message: 'schema V2 card can not change schema V1', value }
    return fail({ code: 230099, fault })
  }
  if (!isExplicitlyShared(before) || !isExplicitlyShared(said.content)) {
    return fail(invalidParameter('update_multi must be true before and after the update.'))
  }
  const exceeded = rates.take(`message ${message.messageId}`, FIVE_A_SECOND)
  if (exceeded !== undefined) return fail({ code: 230020 })
  world.changeMessage(message, { content: said.content })
  return success({}, 'ok')
}

function read({ world }: Shared, request: EmulatorRequest): Answer {
  const message = world.findMessage(request.params.message_id ?? '')
  return message === undefined
    ? unknownMessage(request)
    : success({ items: [messageJson(world, message)] })
}

function recall({ world }: Shared, request: EmulatorRequest): Answer {
  const message = world.findMessage(request.params.message_id ?? '')
  if (message === undefined) return unknownMessage(request)
  if (message.sender.kind !== 'bot') return messageFailure({ code: 230026 }, request.logId)
  if (message.recalled) return messageFailure({ code: 230110 }, request.logId)
  world.changeMessage(message, { recalled: true })
  return success({})
}

function unknownMessage({ logId }: EmulatorRequest): Answer {
  return messageFailure(invalidParameter('invalid message_id.'), logId)
}

function missingField(name: string, { logId }: EmulatorRequest): Answer {
  return failure(99992402, `field validation failed: ${name}`, logId)
}
