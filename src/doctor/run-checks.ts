import { AppMisconfiguredError, CardAuthError, FeishuUnavailableError } from '../errors.ts'
import { type Check, type CheckResult, type Finding, fail, skip, warn } from './check.ts'
import { outage } from './outage.ts'

/** Runs every check, whatever the others find, and keeps their order; `onResult` hears each as soon as its turn comes. */
export async function runChecks(
  checks: readonly Check[],
  onResult: (result: CheckResult) => void = () => {},
): Promise<CheckResult[]> {
  const results: CheckResult[] = []
  // All begin at once, so that one slow host does not hold up the others.
  const running = checks.map((check) => ({ check, findings: findingsOf(check) }))
  for (const { check, findings } of running) {
    for (const finding of await findings) {
      const result = { name: check.name, appId: check.appId, ...finding }
      results.push(result)
      onResult(result)
    }
  }
  return results
}

async function findingsOf(check: Check): Promise<readonly Finding[]> {
  try {
    return [await check.run()].flat()
  } catch (error) {
    return [findingOf(error)]
  }
}

/** Credentials that are wrong keep many checks from being made; one of them tells it. */
function findingOf(error: unknown): Finding {
  if (error instanceof FeishuUnavailableError) {
    const { message, hint } = outage(error)
    return warn(message, hint)
  }
  if (error instanceof AppMisconfiguredError && error.reason === 'bad_client') {
    return skip('The credentials come first.')
  }
  // The message of any other error may hold whatever its library was handed.
  const cause = error instanceof CardAuthError ? error.message : 'It ended unexpectedly.'
  return fail(`The check could not be made. ${cause}`, 'Mend what the others say, and try again.')
}
