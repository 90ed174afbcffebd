import type { EmulatedMessage, World } from '../world.ts'

/** A message as the API shows it. */
export function messageJson(world: World, message: EmulatedMessage): Record<string, unknown> {
  const root = rootOf(world, message)
  return {
    message_id: message.messageId,
    ...(message.parentId === undefined ? {} : { root_id: root, parent_id: message.parentId }),
    msg_type: message.msgType,
    create_time: String(message.createTime),
    update_time: String(message.updateTime),
    deleted: message.recalled,
    updated: message.updated,
    chat_id: message.chatId,
    sender: senderJson(world, message),
    body: {
      content: message.recalled ? 'This message was recalled' : JSON.stringify(message.content),
    },
  }
}

function senderJson({ app, people, findPerson }: World, { sender }: EmulatedMessage) {
  if (sender.kind === 'bot') {
    const tenantKey = people[0]?.tenantKey ?? ''
    return { id: app.appId, id_type: 'app_id', sender_type: 'app', tenant_key: tenantKey }
  }
  const tenantKey = findPerson(sender.openId)?.tenantKey ?? ''
  return { id: sender.openId, id_type: 'open_id', sender_type: 'user', tenant_key: tenantKey }
}

/** The message at the start of a chain of answers. */
function rootOf(world: World, message: EmulatedMessage): string {
  const parent = message.parentId === undefined ? undefined : world.findMessage(message.parentId)
  return parent === undefined ? message.messageId : rootOf(world, parent)
}
