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

  async function read() {
    if (reading) {
      readAgain = true
      return
    }
    reading = true
    try {
      const [world, transcript] = await Promise.all([readWorld(), readTranscript()])
      store.change({ world, worldReadAt: Date.now(), transcript, connected: true })
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
    const { world } = store.value()
    if (!world) return
    const at = world.messages.findIndex(({ message_id }) => message_id === message.message_id)
    const messages = at < 0 ? [...world.messages, message] : world.messages.with(at, message)
    store.change({ world: { ...world, messages } })
    onMessage(message, world.messages[at])
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
      const { transcript } = store.value()
      store.change({ transcript: [...transcript, JSON.parse(data).entry].slice(-1000) })
    })
    for (const name of reasonsToRead) stream.addEventListener(name, () => void read())
  }

  return {
    /** Begins to listen; the first read follows when the stream is open. */
    start: listen,
    read,
  }
}
