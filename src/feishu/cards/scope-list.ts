import type { Drawing } from './card-face.ts'
import type { CardElement } from './card-json.ts'
import { escapeMarkdown, oneLine } from './card-text.ts'
import { scopeWords } from './scope-catalogue.ts'
import { inEachLocale, type Wording } from './wording.ts'

const MOST_LINES = 5
const LONGEST_NAME_IN_LINE = 60
const LONGEST_NAME_IN_PANEL = 80

/** In bytes of JSON: the text stands in the card four times, and Feishu takes 30 KB. */
const LONGEST_PANEL_TEXT = 2800

const OFFLINE_ACCESS = 'offline_access'

const IDENTITY: Wording = {
  zh_cn: '确认你是谁',
  en_us: 'know who you are',
  ja_jp: 'あなたが誰かを確認する',
}

const AND_MORE = (count: number): Wording => ({
  zh_cn: `还有 ${count} 项`,
  en_us: `and ${count} more`,
  ja_jp: `ほか ${count} 件`,
})

const SEPARATOR: Wording = { zh_cn: '、', en_us: ', ', ja_jp: '、' }

/** A sentence and, below it, what the scopes mean; more than five lines fold into a panel. */
export function scopeList(
  { say }: Drawing,
  sentence: Wording,
  scopes: readonly string[],
): CardElement[] {
  const { shown, folded } = split(scopes)
  const lines = shown.length === 0 ? [IDENTITY] : shown.map(scopeInMarkdown)
  const text = inEachLocale((locale) =>
    [sentence[locale], ...lines.map((line) => `- ${line[locale]}`)].join('\n'),
  )
  const list: CardElement = { tag: 'markdown', ...say(text) }
  if (folded.length === 0) return [list]
  return [list, foldedScopes(say, folded)]
}

/** What scopes mean, in one line. */
export function scopesInLine(scopes: readonly string[]): Wording {
  const { shown, folded } = split(scopes)
  const names = shown.map(scopeInMarkdown)
  if (folded.length > 0) names.push(AND_MORE(folded.length))
  return inEachLocale((locale) => names.map((name) => name[locale]).join(SEPARATOR[locale]))
}

/** The first scopes and the rest; staying connected is never folded away, for it matters most. */
function split(scopes: readonly string[]): { shown: string[]; folded: string[] } {
  const staying = scopes.filter((scope) => scope === OFFLINE_ACCESS).slice(0, 1)
  const others = [...new Set(scopes)].filter((scope) => scope !== OFFLINE_ACCESS)
  const room = MOST_LINES - staying.length
  return { shown: [...others.slice(0, room), ...staying], folded: others.slice(room) }
}

function scopeInMarkdown(scope: string): Wording {
  return (
    scopeWords(scope) ?? inEachLocale(() => escapeMarkdown(oneLine(scope, LONGEST_NAME_IN_LINE)))
  )
}

/** Names of scopes as they are, for those who want to know exactly. */
function foldedScopes(say: Drawing['say'], scopes: readonly string[]): CardElement {
  const names = clipLines(scopes.map((scope) => oneLine(scope, LONGEST_NAME_IN_PANEL)))
  return {
    tag: 'collapsible_panel',
    expanded: false,
    header: {
      title: { tag: 'plain_text', ...say(AND_MORE(scopes.length)) },
      icon: { tag: 'standard_icon', token: 'down_outlined', size: '12px 12px' },
      icon_position: 'follow_text',
      icon_expanded_angle: -180,
    },
    elements: [
      {
        tag: 'div',
        text: {
          tag: 'plain_text',
          ...say(inEachLocale(() => names)),
          text_size: 'notation',
          text_color: 'grey',
        },
      },
    ],
  }
}

function clipLines(lines: readonly string[]): string {
  const kept: string[] = []
  let bytes = 0
  for (const line of lines) {
    bytes += Buffer.byteLength(JSON.stringify(line))
    if (bytes > LONGEST_PANEL_TEXT) return [...kept, '…'].join('\n')
    kept.push(line)
  }
  return kept.join('\n')
}
