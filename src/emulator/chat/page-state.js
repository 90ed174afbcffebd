import { preferences } from './preferences.js'

/**
 * Everything the page shows, in one value that is replaced and never changed.
 *
 * @typedef {import('./preferences.js').Preferences & {
 *   world?: import('./sim-api.js').World,
 *   worldReadAt: number,
 *   transcript: import('./sim-api.js').Entry[],
 *   pane: 'list' | 'chat',
 *   faultsOpen: boolean,
 *   inspected: string | undefined,
 *   unread: string[],
 *   tapAs: string | undefined,
 *   connected: boolean,
 * }} PageState
 *
 * @typedef {{
 *   value: () => PageState,
 *   change: (patch: Partial<PageState>) => void,
 *   subscribe: (listener: (state: PageState) => void) => void,
 * }} PageStore
 */

/**
 * Holds the page's state and tells its listeners once per turn, however much changed.
 * @returns {PageStore}
 */
export function createPageState() {
  /** @type {PageState} */
  let state = {
    ...preferences.read(),
    worldReadAt: 0,
    transcript: [],
    pane: 'chat',
    faultsOpen: false,
    inspected: undefined,
    unread: [],
    tapAs: undefined,
    connected: true,
  }
  /** @type {((state: PageState) => void)[]} */
  const listeners = []
  let told = true

  function tell() {
    told = true
    for (const listener of listeners) listener(state)
  }

  return {
    value: () => state,
    change(patch) {
      state = { ...state, ...patch }
      preferences.write(state)
      if (told) queueMicrotask(tell)
      told = false
    },
    subscribe: (listener) => void listeners.push(listener),
  }
}

/**
 * A person's name in the page's language.
 * @param {PageState} state
 * @param {string | undefined} openId
 */
export function personName(state, openId) {
  const person = state.world?.people.find((candidate) => candidate.open_id === openId)
  return state.locale === 'en_us' ? person?.en_name || person?.name : person?.name
}

/**
 * What the emulator's clock shows now, in milliseconds.
 * @param {PageState} state
 */
export function clockNow(state) {
  const { world, worldReadAt } = state
  return world ? new Date(world.clock.now).getTime() + Date.now() - worldReadAt : Date.now()
}
