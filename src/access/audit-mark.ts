import type { Binding, TokenCipher } from '../auth/ports.ts'
import { TokenUnreadableError } from '../errors.ts'
import { type ChainHead, GENESIS } from './audit-chain.ts'
import type { AuditStore } from './audit-store.ts'

/** What the mark says: how far the chain had come, or that nobody can tell. */
export type MarkedHead = ChainHead | 'none' | 'unreadable'

/**
 * The mark of how far the chain had come, kept beside it and sealed with the keys of `TOKEN_ENCRYPTION_KEYS`: who can edit the
 * database, but has none of them, can cut the end off and cannot make the mark agree.
 */
export interface AuditMark {
  read(): Promise<MarkedHead>
  /** Begins the mark of a chain that has no entry yet. */
  begin(): Promise<void>
  /** Moves the mark on; one that is missing or cannot be read stays as it is, until somebody has looked at the chain. */
  moveTo(head: ChainHead): Promise<void>
  /** Puts the mark where a look at the chain has found its end, also in the place of one that cannot be read, with the newest key. */
  settle(head: ChainHead): Promise<void>
}

/** Not a token: nothing of a person is in it. */
const BINDING: Binding = { appId: '', tenantKey: null, openId: '', field: 'audit_head' }

const HEAD = /^(\d{1,15}):([A-Za-z0-9_-]{1,64})$/

/** Creates the mark over the store of the chain. */
export function createAuditMark({
  store,
  cipher,
}: {
  store: Pick<AuditStore, 'mark' | 'keepMark'>
  cipher: TokenCipher
}): AuditMark {
  return {
    read: async () => open(await store.mark()),
    async begin() {
      await store.keepMark(seal(GENESIS), null)
    },
    async moveTo(head) {
      const sealed = await store.mark()
      const marked = open(sealed)
      if (typeof marked === 'string' || marked.sequence >= head.sequence) return
      await store.keepMark(seal(head), sealed)
    },
    async settle(head) {
      const sealed = await store.mark()
      const marked = open(sealed)
      const isMovedOn = typeof marked !== 'string' && marked.sequence > head.sequence
      await store.keepMark(seal(isMovedOn ? marked : head), sealed)
    },
  }

  function seal({ sequence, hash }: ChainHead): string {
    return cipher.seal(`${sequence}:${hash}`, BINDING)
  }

  function open(sealed: string | null): MarkedHead {
    if (sealed === null) return 'none'
    const text = openText(sealed)
    const [, sequence, hash] = HEAD.exec(text ?? '') ?? []
    return sequence && hash ? { sequence: Number(sequence), hash } : 'unreadable'
  }

  function openText(sealed: string): string | null {
    try {
      return cipher.open(sealed, BINDING)
    } catch (error) {
      if (error instanceof TokenUnreadableError) return null
      throw error
    }
  }
}
