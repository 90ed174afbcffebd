import { StoreUnavailableError } from '../errors.ts'
import { type Trouble, toDriverError } from './driver-error.ts'

/** One finished operation, for metrics; `trouble` is null when it went well. */
export type FinishedOperation = { operation: string; seconds: number; trouble: Trouble | null }

/** Told about every operation when it has finished; must not throw. */
export type OperationListener = (finished: FinishedOperation) => void

/**
 * Wraps the methods of one part of the store, so that its users meet only `StoreUnavailableError`.
 *
 * This is the only place where a driver's error is translated; the operation is named `part.method`.
 */
export function watchOperations<Part extends object>(
  name: string,
  part: Part,
  onOperation: OperationListener | undefined,
): Part {
  const watched = new Map<PropertyKey, unknown>()
  return new Proxy(part, {
    get(target, property, receiver) {
      const known = watched.get(property)
      if (known !== undefined) return known
      const method: unknown = Reflect.get(target, property, receiver)
      if (typeof method !== 'function') return method
      const operation = `${name}.${String(property)}`
      const watching = async (...args: unknown[]) => {
        const startedAt = performance.now()
        let trouble: Trouble | null = null
        try {
          return await Reflect.apply(method, target, args)
        } catch (error) {
          const cause = toDriverError(error)
          trouble = cause.trouble
          throw new StoreUnavailableError(operation, cause)
        } finally {
          onOperation?.({ operation, seconds: (performance.now() - startedAt) / 1000, trouble })
        }
      }
      watched.set(property, watching)
      return watching
    },
  })
}
