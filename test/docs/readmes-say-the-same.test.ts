import { describe, expect, it } from 'vitest'
import { type Block, type Page, readPage } from './markdown.ts'

const TRANSLATED = [
  ['README.md', 'README.zh-CN.md'],
  ['docs/console-setup.md', 'docs/console-setup.zh-CN.md'],
] as const

describe.each(TRANSLATED)('%s and %s', (english, chinese) => {
  const [en, zh] = [readPage(english), readPage(chinese)]

  it('have the same sections in the same order', () => {
    expect(zh.headings.map(({ level }) => level)).toEqual(en.headings.map(({ level }) => level))
    expect(sections(zh).map(outline)).toEqual(sections(en).map(outline))
  })

  it('have the same code, whatever its comments say', () => {
    expect(zh.blocks.map(codeOf)).toEqual(en.blocks.map(codeOf))
  })

  it('link to each other at the top', () => {
    expect(en.links[0]).toBe(chinese.split('/').at(-1))
    expect(zh.links[0]).toBe(english.split('/').at(-1))
  })
})

function sections({ text }: Page): string[] {
  return text.replaceAll(/^```[\s\S]*?^```$/gm, '[code]').split(/^#+ .+$/gm)
}

/** What a section holds, without its words: how many code blocks, list entries and table rows, and which names in code. */
function outline(section: string) {
  return {
    code: section.match(/^\[code\]$/gm)?.length ?? 0,
    entries: section.match(/^ *(?:-|\d+\.) /gm)?.length ?? 0,
    rows: [...section.matchAll(/^\| ([^|]+) \|/gm)].map(([, cell = '']) =>
      [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
    ),
    // Languages order the names of a sentence as they please.
    names: [...new Set([...section.matchAll(/`([^`]+)`/g)].map(([, name]) => name))].sort(),
  }
}

/** Diagrams are words, and words differ; of anything else only the comments may. */
function codeOf({ language, text }: Block): string {
  if (language === 'mermaid') return text.replaceAll(/(participant|actor|:|over \w+:).*/g, '$1')
  return text.replaceAll(/(^|\s)(?:\/\/|#) .*$/gm, '$1').replaceAll(/[ \t]+$/gm, '')
}
