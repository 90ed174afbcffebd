import type { Store } from '../../../src/auth/ports.ts'
import { StoreUnavailableError } from '../../../src/errors.ts'

/** How a statement fails: not at all run, or run without its answer coming back. */
export type Trouble = 'refused' | 'unanswered'

/** A store in front of the real one, whose statements fail as long as a test wants. */
export type TroubledStore = Store & {
  /** Which statements fail, such as `grants.rotate` or `grants.*`. */
  troubles: Map<string, Trouble>
}

/** Puts trouble in front of a store. */
export function createTroubledStore(real: Store): TroubledStore {
  const troubles = new Map<string, Trouble>()
  const troubled = <Part extends object>(name: string, part: Part): Part =>
    new Proxy(part, {
      get(target, property) {
        const method: unknown = Reflect.get(target, property)
        if (typeof method !== 'function') return method
        return async (...args: unknown[]) => {
          const trouble = troubles.get(`${name}.${String(property)}`) ?? troubles.get(`${name}.*`)
          if (trouble !== 'refused') {
            const answer: unknown = await Reflect.apply(method, target, args)
            if (trouble === undefined) return answer
          }
          throw new StoreUnavailableError(`${name}.${String(property)}`, new Error('trouble'))
        }
      },
    })
  return {
    ...real,
    troubles,
    grants: troubled('grants', real.grants),
    upkeeps: troubled('upkeeps', real.upkeeps),
  }
}
