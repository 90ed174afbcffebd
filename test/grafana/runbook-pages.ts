import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type Page, readPage } from '../docs/markdown.ts'
import { root } from './rule-files.ts'

/** Every runbook, without the page that lists them. */
export const pages = readdirSync(join(root, 'docs/runbooks'))
  .filter((file) => file.endsWith('.md') && file !== 'README.md')
  .map((file) => readPage(join('docs/runbooks', file)))

/** Every query of every runbook. */
export const queries = pages.flatMap((page) =>
  blocksOf(page, 'promql').flatMap((block) =>
    block.map((query) => ({ page: titleOf(page), query })),
  ),
)

/** The lines of each block of one language; those of steps are indented. */
export function blocksOf({ text }: Page, language: string): string[][] {
  const fences = text.matchAll(/^ *```(\w+)\n([\s\S]*?)^ *```$/gm)
  return [...fences]
    .filter(([, found]) => found === language)
    .map(([, , lines = '']) =>
      lines
        .trim()
        .split('\n')
        .map((line) => line.trim()),
    )
}

/** The name of the alert that a runbook is about. */
export function titleOf({ path }: Page): string {
  return basename(path, '.md')
}
