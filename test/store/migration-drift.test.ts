import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { expect, it } from 'vitest'

it.each([
  { engine: 'sqlite', dialect: 'sqlite' },
  { engine: 'postgres', dialect: 'postgresql' },
])('the migrations of $engine say all that the schema says', ({ engine, dialect }) => {
  const copy = mkdtempSync(join(tmpdir(), 'fca-drift-'))
  try {
    cpSync(`drizzle/${engine}`, copy, { recursive: true })
    const before = readdirSync(copy, { recursive: true })
    // drizzle-kit puts "./" before the folder, and ends with 0 even when it could not read it.
    const said = execFileSync(
      process.execPath,
      [
        ['node_modules/drizzle-kit/bin.cjs', 'generate', '--dialect', dialect],
        ['--schema', `./src/store/${engine}-schema.ts`, '--out', relative('.', copy)],
      ].flat(),
      { encoding: 'utf8', stdio: 'pipe' },
    )
    expect(said).toContain('No schema changes')
    expect(readdirSync(copy, { recursive: true })).toEqual(before)
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
})
