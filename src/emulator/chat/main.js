import { createActions } from './actions.js'
import { createChatHeader } from './chat-header.js'
import { createComposer } from './composer.js'
import { confetti } from './confetti.js'
import { createConversationList } from './conversation-list.js'
import { element } from './element.js'
import { createFaultsPanel } from './faults-panel.js'
import { isGreen } from './hint.js'
import { createInspector } from './inspector.js'
import { createLive } from './live.js'
import { languageTag } from './local-datetime.js'
import { createMessageLog } from './message-log.js'
import { createPageState } from './page-state.js'
import { createToasts } from './toast.js'
import { createTopBar } from './top-bar.js'
import { wordsIn } from './words.js'

const store = createPageState()
const { node: toasts, toast } = createToasts()
const live = createLive({ store, onMessage })
const actions = createActions({ store, toast, read: live.read })

const inspect = (/** @type {string} */ messageId) =>
  store.change({
    inspected: store.value().inspected === messageId ? undefined : messageId,
    inspectorOpen: true,
  })
const closeFaults = () => close('faults', { faultsOpen: false })
const closeInspector = () => close('inspector', { inspectorOpen: false })

const topBar = createTopBar({ store, actions })
const conversations = createConversationList({ actions })
const header = createChatHeader({ store })
const log = createMessageLog({ actions, inspect, toast })
const composer = createComposer({ actions })
const inspector = createInspector({ store, close: closeInspector })
const faults = createFaultsPanel({ store, actions, close: closeFaults })
const views = [topBar, conversations, header, log, composer, inspector, faults]

const skip = element('a', { class: 'skip', href: '#compose' })
const banner = element('p', { class: 'banner' })
const chat = element('main', { id: 'chat' }, header.node, log.node, composer.node, toasts)
const columns = element(
  'div',
  { class: 'layout' },
  conversations.node,
  chat,
  inspector.node,
  faults.node,
)
document.body.replaceChildren(skip, banner, topBar.node, columns)

store.subscribe((state) => {
  const words = wordsIn(state.locale)
  document.documentElement.lang = languageTag(state.locale)
  document.documentElement.dataset.theme = state.theme
  document.body.dataset.pane = state.pane
  document.title = `${state.unread.length > 0 ? '• ' : ''}${words.pageTitle}`
  skip.textContent = words.skip
  banner.textContent = words.banner
  for (const view of views) view.show(state)
  if (state.world) settle(state.world)
})

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || document.querySelector('dialog[open]')) return
  if (store.value().faultsOpen) closeFaults()
  else if (store.value().inspectorOpen) closeInspector()
})

store.change({})
live.start()

/**
 * Chooses a person and a conversation when the remembered ones are not there (any more): preferably a
 * private one with a card, of somebody who speaks the reader's language.
 * @param {import('./sim-api.js').World} world
 */
function settle(world) {
  const { me, chatId, locale } = store.value()
  const isKnown = world.people.some(({ open_id }) => open_id === me)
  if (isKnown && world.chats.some(({ chat_id }) => chat_id === chatId)) return
  const cards = world.messages.filter(({ msg_type }) => msg_type === 'interactive')
  const withCard = world.chats.filter((chat) => cards.some((card) => card.chat_id === chat.chat_id))
  const privateOnes = withCard.filter(({ kind }) => kind === 'p2p')
  const speakers = world.people.filter((person) => person.locale === locale)
  const mine = privateOnes.find(({ members }) =>
    speakers.some(({ open_id }) => members.includes(open_id)),
  )
  const chat = mine ?? privateOnes[0] ?? withCard[0] ?? world.chats[0]
  const person = isKnown ? me : (chat?.members[0] ?? world.people[0]?.open_id)
  if (chat) store.change({ chatId: chat.chat_id })
  if (person) actions.become(person)
}

/**
 * @param {import('./sim-api.js').Message} message
 * @param {import('./sim-api.js').Message | undefined} before
 */
function onMessage(message, before) {
  const { chatId, unread, me } = store.value()
  const isNew = before === undefined && message.sender.open_id !== me
  if (isNew && message.chat_id !== chatId && !unread.includes(message.chat_id)) {
    store.change({ unread: [...unread, message.chat_id] })
  }
  if (before && !isGreen(before) && isGreen(message)) {
    confetti()
    void live.read()
  }
}

/**
 * Closes a panel and returns the focus to its switch.
 * @param {'faults' | 'inspector'} panel
 * @param {Partial<import('./page-state.js').PageState>} change
 */
function close(panel, change) {
  store.change(change)
  queueMicrotask(() => document.getElementById(`${panel}-switch`)?.focus())
}
