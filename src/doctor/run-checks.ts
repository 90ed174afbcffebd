import { AppMisconfiguredError, CardAuthError, FeishuUnavailableError } from '../errors.ts'
import { type Check, type CheckResult, type Finding, fail, skip } from './check.ts'

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

/** What keeps every check from being made is told by one of them: network or credentials. */
function findingOf(error: unknown): Finding {
  if (error instanceof FeishuUnavailableError) return skip('Feishu could not be asked.')
  if (error instanceof AppMisconfiguredError && error.reason === 'bad_client') {
    return skip('The credentials come first.')
  }
  // The message of any other error may hold whatever its library was handed.
  const cause = error instanceof CardAuthError ? error.message : 'It ended unexpectedly.'
  return fail(`The check could not be made. ${cause}`, 'Mend what the others say, and try again.')
}
