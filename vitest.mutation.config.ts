import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Their tests take longest, so they come last: a mutant is done with at the first test that fails. */
const SLOWEST = /refusals|outages|cancelled-callers|keep-grants-alive|rotate-keys/

class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => Number(SLOWEST.test(moduleId))
    return [...files].sort((one, other) => rank(one) - rank(other))
  }
}

/** The tests that mutants face: the domain in one process, on fake clocks, a few seconds for all of it. */
export default defineConfig({
  test: {
    include: ['test/auth/**/*.test.ts', 'test/refresh/*.test.ts'],
    // The property tests look at a few interleavings instead of sixty: every survivor runs them all.
    env: { REFRESH_HISTORIES: '8' },
    // No module has state, so a mutant need not load them all again.
    isolate: false,
    sequence: { sequencer: QuickFirst },
    testTimeout: 30_000,
  },
})
