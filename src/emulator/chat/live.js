import { readTranscript, readWorld } from './sim-api.js'

/**
 * @typedef {import('./sim-api.js').Message} Message
 * @typedef {import('./page-state.js').PageStore} PageStore
 */

const retryMs = 1500

/** Events after which the whole state is read again. */
const reasonsToRead = ['clock', 'connections', 'people', 'reset']

/**
 * Keeps the page's state equal to the emulator's: one read, then server-sent events, and the whole
 * state again whenever the stream has been away.
 * @param {{ store: PageStore, onMessage: (message: Message, before: Message | undefined) => void }} neighbours
 */
export function createLive({ store, onMessage }) {
  let reading = false
  let readAgain = false
  // What the stream tells while a read is on its way is newer than what the read brings.
  /** @type {Map<string, Message>} */
  const newer = new Map()
  /** @type {import('./sim-api.js').Entry[]} */
  let newerEntries = []

  async function read() {
    if (reading) {
      readAgain = true
      return
    }
    reading = true
    newer.clear()
    newerEntries = []
    try {
      const [world, transcript] = await Promise.all([readWorld(), readTranscript()])
      const messages = [...newer.values()].reduce(withMessage, world.messages)
      store.change({
        world: { ...world, messages },
        worldReadAt: Date.now(),
        transcript: newerEntries.reduce(withEntry, transcript),
        connected: true,
      })
    } catch {
      store.change({ connected: false })
      setTimeout(read, retryMs)
    }
    reading = false
    if (readAgain) {
      readAgain = false
      await read()
    }
  }

  /** @param {Message} message */
  function take(message) {
    if (reading) newer.set(message.message_id, message)
    const { world } = store.value()
    if (!world) return
    const before = world.messages.find(({ message_id }) => message_id === message.message_id)
    store.change({ world: { ...world, messages: withMessage(world.messages, message) } })
    onMessage(message, before)
  }

  function listen() {
    const stream = new EventSource('/sim/events')
    stream.addEventListener('open', () => void read())
    stream.addEventListener('error', () => {
      store.change({ connected: false })
      if (stream.readyState !== EventSource.CLOSED) return
      setTimeout(listen, retryMs)
    })
    stream.addEventListener('message', ({ data }) => take(JSON.parse(data).message))
    stream.addEventListener('transcript', ({ data }) => {
      const { entry } = JSON.parse(data)
      if (reading) newerEntries.push(entry)
      store.change({ transcript: withEntry(store.value().transcript, entry) })
    })
    for (const name of reasonsToRead) stream.addEventListener(name, () => void read())
  }

  return {
    /** Begins to listen; the first read follows when the stream is open. */
    start: listen,
    read,
  }
}

/**
 * @param {Message[]} messages
 * @param {Message} message
 */
function withMessage(messages, message) {
  const at = messages.findIndex(({ message_id }) => message_id === message.message_id)
  return at < 0 ? [...messages, message] : messages.with(at, message)
}

/**
 * @param {import('./sim-api.js').Entry[]} entries
 * @param {import('./sim-api.js').Entry} entry
 */
function withEntry(entries, entry) {
  if (entries.some(({ seq }) => seq === entry.seq)) return entries
  return [...entries, entry].slice(-1000)
}
