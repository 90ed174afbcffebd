/** One self-built app as its developer console describes it. */
export type EmulatedApp = {
  /** `cli_` and 16 hex digits: the official SDK refuses anything else. */
  appId: string
  appSecret: string
  name: string
  /** Exact redirect URLs of the console; an empty list accepts any loopback URL ending in `/callback`. */
  redirectUris: string[]
  /** Scopes enabled in the console. */
  scopes: string[]
  /** The security switch "refresh user_access_token". */
  refreshAllowed: boolean
  enabled: boolean
  installed: boolean
  botEnabled: boolean
  /** What the bot's `activate_status` says once the app is installed; 2 is enabled. */
  botStatus: number
  /** Whether a version is published, and whether a newer one waits for the tenant's administrator. */
  isPublished: boolean
  isWaiting: boolean
  /** How taps on cards come: `card.action.trigger`, or the old frames that no SDK answers on the long connection. */
  cardCallback: 'new' | 'old'
}

/** A locale the emulated people use. */
export type PersonLocale = 'zh_cn' | 'en_us' | 'ja_jp'

/** One member of the emulated tenant. */
export type EmulatedPerson = {
  openId: string
  unionId: string
  userId: string
  name: string
  enName: string
  tenantKey: string
  locale: PersonLocale
  status: 'active' | 'frozen' | 'resigned'
  /** Whether the app's availability includes this person. */
  available: boolean
}
