import { clockNow } from './page-state.js'
import * as sim from './sim-api.js'
import { wordsIn } from './words.js'

/**
 * @typedef {import('./page-state.js').PageStore} PageStore
 * @typedef {ReturnType<typeof createActions>} Actions
 */

/** What an app calls. The consent page is none of it: it stays up, so that one can see the app cope. */
const api = ['auth/*', 'authen/v1/user_info', 'authen/v2/*', 'im/*']

/**
 * Faults the page can put in place; they hit every call to Feishu's API until cleared.
 * @type {Record<'slow' | 'down', Record<string, unknown>[]>}
 */
const faults = {
  slow: [{ match: '* /open-apis/*', delay_ms: 2500, times: 0 }],
  down: api.map((path) => ({ match: `* /open-apis/${path}`, status: 503, times: 0 })),
}

/**
 * What a person can do on the page.
 * @param {{
 *   store: PageStore,
 *   read: () => Promise<void>,
 *   toast: (toast: { type: string, text: string }) => void,
 * }} neighbours
 */
export function createActions({ store, read, toast }) {
  const words = () => wordsIn(store.value().locale)
  let faultsInPlace = Promise.resolve()

  /**
   * Runs an action; its refusal becomes a toast.
   * @param {() => Promise<unknown>} action
   */
  async function attempt(action) {
    try {
      await action()
    } catch (error) {
      const reason = error instanceof sim.SimError ? ` (${error.message})` : ''
      toast({ type: 'error', text: words().failed + reason })
    }
  }

  /** @param {string} openId */
  function become(openId) {
    const { world, chatId } = store.value()
    const inGroup = world?.chats.some((chat) => chat.chat_id === chatId && chat.kind === 'group')
    const mine = world?.chats.find((chat) => chat.kind === 'p2p' && chat.members[0] === openId)
    store.change({ me: openId })
    if (!inGroup && mine) openChat(mine.chat_id)
  }

  /**
   * Shows a conversation; a private one is seen through the eyes of its person.
   * @param {string} chatId
   */
  function openChat(chatId) {
    const { world, me, unread } = store.value()
    const chat = world?.chats.find((candidate) => candidate.chat_id === chatId)
    const read = unread.filter((id) => id !== chatId)
    store.change({
      chatId,
      pane: 'chat',
      unread: read,
      inspected: undefined,
      tapAs: undefined,
    })
    const person = chat?.kind === 'p2p' ? chat.members[0] : undefined
    if (person !== undefined && person !== me) become(person)
    const isNew = !world?.messages.some((message) => message.chat_id === chatId)
    if (person !== undefined && isNew) void attempt(() => sim.enterChat(person))
  }

  return {
    become,
    openChat,

    /** @param {string} text */
    write(text) {
      const { me, chatId } = store.value()
      return attempt(() => sim.say({ open_id: me, text, chat_id: chatId }))
    },

    /**
     * Taps a callback button as the current person, or once as somebody else.
     * @param {string} messageId
     * @param {number} index
     */
    async tap(messageId, index) {
      const { me, tapAs, locale } = store.value()
      store.change({ tapAs: undefined })
      await attempt(async () => {
        const answer = await sim.click({
          message_id: messageId,
          open_id: tapAs ?? me,
          button: { index },
        })
        const text = answer.toast?.i18n?.[locale] ?? answer.toast?.content
        if (text) toast({ type: answer.toast?.type ?? 'info', text })
        if (!answer.code) return
        const { failed, errorCode } = words()
        toast({ type: 'error', text: `${failed} ${errorCode}: ${answer.code}` })
      })
    },

    /** @param {number} [seconds] none brings the clock back */
    moveClock: (seconds) => attempt(() => sim.moveClock(seconds).then(read)),

    /** @param {(keyof typeof faults)[]} names the faults to have from now on */
    haveFaults(names) {
      faultsInPlace = faultsInPlace.then(() =>
        attempt(async () => {
          await sim.clearFaults()
          for (const fault of names.flatMap((name) => faults[name])) await sim.injectFault(fault)
          await read()
        }),
      )
      return faultsInPlace
    },

    dropConnections: () =>
      attempt(async () => {
        await sim.dropConnections()
        toast({ type: 'info', text: words().dropDone })
      }),

    duplicateNextEvent: () =>
      attempt(async () => {
        await sim.duplicateNextEvent()
        toast({ type: 'info', text: words().twiceDone })
      }),

    /** @param {string} name */
    finishHint(name) {
      store.change({ hintsDone: [...new Set([...store.value().hintsDone, name])] })
    },

    now: () => clockNow(store.value()),
  }
}
