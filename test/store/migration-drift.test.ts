import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const ENGINES = [
  { dialect: 'sqlite', schema: './src/store/sqlite-schema.ts' },
  { dialect: 'postgresql', schema: './src/store/postgres-schema.ts' },
]

it.each(ENGINES)('the migrations of $dialect say all that the schema says', (engine) => {
  const name = engine.dialect === 'sqlite' ? 'sqlite' : 'postgres'
  // drizzle-kit joins the output folder to its own working directory, absolute or not.
  const copy = mkdtempSync(join(tmpdir(), 'fca-drift-'))
  try {
    cpSync(`drizzle/${name}`, copy, { recursive: true })
    const before = readdirSync(copy, { recursive: true })
    execFileSync(
      process.execPath,
      ['node_modules/drizzle-kit/bin.cjs', 'generate', '--dialect', engine.dialect].concat([
        '--schema',
        engine.schema,
        '--out',
        copy,
      ]),
      { stdio: 'pipe' },
    )
    expect(readdirSync(copy, { recursive: true })).toEqual(before)
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
})
