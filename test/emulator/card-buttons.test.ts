import { describe, expect, it } from 'vitest'
import { findButtons } from '../../src/emulator/cards/card-buttons.ts'

describe('findButtons', () => {
  it('finds buttons in reading order, through every container', () => {
    const button = (content: string) => ({ tag: 'button', text: { tag: 'plain_text', content } })
    const card = {
      schema: '2.0',
      body: {
        elements: [
          button('first'),
          { tag: 'column_set', columns: [{ tag: 'column', elements: [button('second')] }] },
          { tag: 'collapsible_panel', header: {}, elements: [button('third')] },
          { tag: 'form', name: 'f', elements: [button('fourth')] },
          { tag: 'checker', button_area: { buttons: [button('fifth')] } },
        ],
      },
    }
    const found = findButtons(card)
    expect(found.map(({ text }) => text.en_us)).toEqual([
      'first',
      'second',
      'third',
      'fourth',
      'fifth',
    ])
    expect(found.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4])
    expect(found[0]).toMatchObject({ kind: 'callback', disabled: false })
  })

  it('resolves the label for each person, falling back to the plain content', () => {
    const text = {
      tag: 'plain_text',
      content: 'Authorize',
      i18n_content: { zh_cn: '授权', ja_jp: '許可する' },
    }
    const card = { schema: '2.0', body: { elements: [{ tag: 'button', text }] } }
    expect(findButtons(card)[0]?.text).toEqual({
      zh_cn: '授权',
      en_us: 'Authorize',
      ja_jp: '許可する',
    })
    const inTwo = { ...card, config: { locales: ['en_us', 'zh_cn'] } }
    expect(findButtons(inTwo)[0]?.text.ja_jp).toBe('Authorize')
  })

  it('shows English to a reader whose language the card does not speak', () => {
    const text = { tag: 'plain_text', i18n_content: { zh_cn: '授权', en_us: 'Authorize' } }
    const card = { schema: '2.0', body: { elements: [{ tag: 'button', text }] } }
    expect(findButtons(card)[0]?.text.ja_jp).toBe('Authorize')
  })

  it('tells a link from a callback, and what each carries', () => {
    const card = {
      schema: '2.0',
      body: {
        elements: [
          {
            tag: 'button',
            behaviors: [{ type: 'open_url', default_url: 'https://any', pc_url: 'https://desk' }],
          },
          {
            tag: 'button',
            name: 'decline',
            disabled: true,
            confirm: {
              title: { tag: 'plain_text', content: 'Sure?' },
              text: { tag: 'plain_text', content: 'Nothing is shared.' },
            },
            behaviors: [{ type: 'callback', value: { action: 'decline' } }],
          },
        ],
      },
    }
    expect(findButtons(card)).toMatchObject([
      { kind: 'open_url', url: 'https://desk' },
      {
        kind: 'callback',
        name: 'decline',
        disabled: true,
        value: { action: 'decline' },
        confirm: { title: { en_us: 'Sure?' }, text: { zh_cn: 'Nothing is shared.' } },
      },
    ])
  })

  it('reads the buttons of JSON 1.0', () => {
    const card = {
      elements: [
        {
          tag: 'action',
          actions: [
            { tag: 'button', text: { tag: 'plain_text', content: 'Go' }, url: 'https://go' },
            { tag: 'button', text: { tag: 'plain_text', content: 'Do' }, value: { do: 1 } },
          ],
        },
      ],
    }
    expect(findButtons(card)).toMatchObject([
      { kind: 'open_url', url: 'https://go' },
      { kind: 'callback', value: { do: 1 } },
    ])
  })
})
