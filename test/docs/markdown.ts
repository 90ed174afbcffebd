import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** A fenced block; `line` is where its text begins. */
export type Block = { language: string; text: string; line: number }

/** A heading, and the anchor that GitHub gives it. */
export type Heading = { level: number; title: string; anchor: string }

/** A document, taken apart. */
export type Page = {
  path: string
  text: string
  /** The text without fenced blocks. */
  prose: string
  headings: Heading[]
  blocks: Block[]
  /** Targets of links and images, inside this repository and outside. */
  links: string[]
}

/** The folder of the repository. */
export const root = resolve(import.meta.dirname, '../..')

/** Every document of the repository, by its path. */
export function allPages(): Page[] {
  const here = readdirSync(root).filter((name) => name.endsWith('.md'))
  const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name))
  return [...here, ...docs].sort().map(readPage)
}

/** Reads one document. */
export function readPage(path: string): Page {
  const text = readFileSync(join(root, path), 'utf8')
  const blocks = [...text.matchAll(/^```(\w*)[^\n]*\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1] ?? '',
    text: match[2] ?? '',
    line: text.slice(0, match.index).split('\n').length + 1,
  }))
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '')
  const headings = [...prose.matchAll(/^(#+) (.+)$/gm)].map(([, marks = '', title = '']) => ({
    level: marks.length,
    title,
    anchor: anchorOf(title),
  }))
  const inline = prose.replaceAll(/`[^`\n]*`/g, '')
  const links = [
    ...inline.matchAll(/\]\(([^()\s]+)\)/g),
    ...inline.matchAll(/\b(?:src|href)="([^"]+)"/g),
  ].map(([, target = '']) => target)
  return { path, text, prose, headings, blocks, links }
}

/** The blocks of one language. */
export function blocksOf(page: Page, language: string): Block[] {
  return page.blocks.filter((block) => block.language === language)
}

/** As GitHub makes it: lower case, no punctuation, hyphens for spaces. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-')
}
