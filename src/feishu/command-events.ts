import { type Command, type CommandMessage, parseCommandMessage } from './command-message.ts'
import { readEnvelope } from './event-envelope.ts'
import type { EventInbox } from './event-inbox.ts'

/** Hears `im.message.receive_v1`; true when the message was a command of ours and needs no other ear. */
export type MessageListener = (event: unknown) => Promise<boolean>

/** Creates the ear for commands that people write to the bot. */
export function createCommandEvents(neighbours: {
  inbox: EventInbox
  /** What is listened for; everything else is left to the bot. */
  commands: readonly Command[]
  onCommand: (command: CommandMessage) => Promise<unknown>
}): MessageListener {
  const { inbox, commands, onCommand } = neighbours
  return async (payload) => {
    const envelope = readEnvelope(payload)
    const message = envelope && parseCommandMessage(envelope, commands)
    if (!message) return false
    const { appId, command, messageId } = message
    await inbox.take({
      // For messages Feishu documents the message's id as what doubles share, not the event's.
      id: messageId,
      fields: {
        event_type: 'im.message.receive_v1',
        message_id: messageId,
        app_id: appId,
        command,
      },
      work: () => onCommand(message),
      // The person sees what did not happen and writes again; a second answer would puzzle them.
      mayRepeat: false,
    })
    return true
  }
}
