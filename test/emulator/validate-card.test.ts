import { describe, expect, it } from 'vitest'
import { describeCardFault } from '../../src/emulator/cards/card-fault.ts'
import { readCard, readCardContent } from '../../src/emulator/cards/read-card.ts'
import { validateCard } from '../../src/emulator/cards/validate-card.ts'

const words = (content: string) => ({ tag: 'plain_text', content })

/** A card with everything our product and its neighbours use. */
const fullCard = {
  schema: '2.0',
  config: {
    update_multi: true,
    width_mode: 'compact',
    locales: ['zh_cn', 'en_us', 'ja_jp'],
    summary: { content: 'Authorization', i18n_content: { zh_cn: '授权' } },
    enable_forward: false,
    style: { color: { quiet: { light_mode: 'rgba(1,1,1,0.5)', dark_mode: 'rgba(9,9,9,0.5)' } } },
  },
  card_link: { url: 'https://example.com' },
  header: {
    title: { tag: 'plain_text', content: 'Title', i18n_content: { ja_jp: '題' } },
    subtitle: words('Subtitle'),
    template: 'blue',
    icon: { tag: 'standard_icon', token: 'lock-chat_outlined', color: 'blue' },
    text_tag_list: [{ tag: 'text_tag', text: words('new'), color: 'blue' }],
    padding: '12px 8px 12px 8px',
  },
  body: {
    direction: 'vertical',
    padding: '12px',
    vertical_spacing: 'medium',
    elements: [
      { tag: 'markdown', element_id: 'ask', content: '**Hello**', text_align: 'left' },
      { tag: 'div', text: { tag: 'lark_md', content: 'x', text_size: 'notation' } },
      { tag: 'hr', margin: '4px 0' },
      { tag: 'person', user_id: 'ou_1', size: 'small', style: 'capsule' },
      {
        tag: 'collapsible_panel',
        expanded: false,
        border: { color: 'grey', corner_radius: '5px' },
        header: {
          title: { tag: 'markdown', content: 'More' },
          icon: { tag: 'standard_icon', token: 'down-small-ccm_outlined', size: '16px 16px' },
          icon_position: 'follow_text',
          icon_expanded_angle: -180,
        },
        elements: [{ tag: 'markdown', content: 'raw scopes' }],
      },
      {
        tag: 'column_set',
        flex_mode: 'stretch',
        horizontal_spacing: '8px',
        columns: [
          {
            tag: 'column',
            width: 'weighted',
            weight: 1,
            elements: [
              {
                tag: 'button',
                text: words('Authorize'),
                type: 'primary_filled',
                size: 'medium',
                width: 'fill',
                behaviors: [{ type: 'open_url', default_url: 'https://a', pc_url: 'https://b' }],
              },
            ],
          },
          {
            tag: 'column',
            width: 'auto',
            elements: [
              {
                tag: 'button',
                text: words('Not now'),
                disabled: true,
                disabled_tips: words('Done'),
                confirm: { title: words('Sure?'), text: words('Nothing is shared.') },
                behaviors: [{ type: 'callback', value: { action: 'decline' } }],
              },
            ],
          },
        ],
      },
      {
        tag: 'form',
        name: 'feedback',
        elements: [
          { tag: 'input', name: 'why', max_length: 200, placeholder: words('Why?') },
          { tag: 'button', name: 'send', text: words('Send'), form_action_type: 'submit' },
        ],
      },
    ],
  },
}

function cardOf(...elements: unknown[]) {
  return { schema: '2.0', body: { elements } }
}

const button = (more: object) => ({ tag: 'button', text: words('Tap'), ...more })

describe('validateCard', () => {
  it('takes a card that uses what JSON 2.0 offers', () => {
    expect(validateCard(fullCard)).toBeUndefined()
  })

  it('takes an empty card', () => {
    expect(validateCard({ schema: '2.0' })).toBeUndefined()
  })

  it('names the unknown property and the way to it, in the words of Feishu', () => {
    const fault = validateCard(cardOf({ tag: 'hr' }, { tag: 'input', name: 'a', multiline: true }))
    expect(fault && describeCardFault(fault)).toBe(
      'ErrCode: 200621; ErrMsg: parse card json err, please check whether the card json is correct; ' +
        'ErrorValue: unknown property, property: multiline, path: ROOT -> body -> elements -> [1](tag: input); ',
    )
  })

  it.each([
    ['elements at the root', { schema: '2.0', elements: [] }],
    ['a header with a tag', { schema: '2.0', header: { tag: 'header', title: words('x') } }],
    ['a header without title', { schema: '2.0', header: { template: 'blue' } }],
    [
      'a header of no colour Feishu has',
      { schema: '2.0', header: { title: words('x'), template: 'teal' } },
    ],
    ['text_weight on a text', cardOf({ tag: 'div', text: { ...words('x'), text_weight: 'bold' } })],
    ['a text without words', cardOf({ tag: 'div', text: { tag: 'plain_text' } })],
    ['words that are a number', cardOf({ tag: 'markdown', content: 3 })],
    [
      'a language Feishu has not',
      cardOf({ tag: 'markdown', content: 'x', i18n_content: { 'zh-CN': 'x' } }),
    ],
    ['a component without a tag', cardOf({ content: 'x' })],
    ['a component of no known tag', cardOf({ tag: 'marquee' })],
    ['a tag that every object has', cardOf({ tag: 'toString' })],
    ['a text as a component', cardOf(words('x'))],
    ['markdown on a button', cardOf(button({ text: { tag: 'lark_md', content: 'x' } }))],
    ['a button type of 3.0', cardOf(button({ type: 'ghost' }))],
    ['the url of a 1.0 button', cardOf(button({ url: 'https://example.com' }))],
    ['the value of a 1.0 button', cardOf(button({ value: { a: 1 } }))],
    [
      'a callback value that is a text',
      cardOf(button({ behaviors: [{ type: 'callback', value: 'x' }] })),
    ],
    ['a callback without value', cardOf(button({ behaviors: [{ type: 'callback' }] }))],
    ['a link without address', cardOf(button({ behaviors: [{ type: 'open_url', url: 'x' }] }))],
    ['101 characters on a button', cardOf(button({ text: words('x'.repeat(101)) }))],
    ['a submit button outside a form', cardOf(button({ form_action_type: 'submit' }))],
    ['a confirm without title', cardOf(button({ confirm: { text: words('x') } }))],
    ['an element_id that starts with a digit', cardOf({ tag: 'hr', element_id: '1st' })],
    ['an element_id of 21 characters', cardOf({ tag: 'hr', element_id: 'a'.repeat(21) })],
    ['a panel without header', cardOf({ tag: 'collapsible_panel', elements: [] })],
    ['a column outside a set', cardOf({ tag: 'column', elements: [] })],
    ['a form without submit button', cardOf({ tag: 'form', name: 'f', elements: [] })],
    [
      'a form inside a column',
      cardOf({
        tag: 'column_set',
        columns: [
          {
            tag: 'column',
            elements: [
              {
                tag: 'form',
                name: 'f',
                elements: [button({ name: 's', form_action_type: 'submit' })],
              },
            ],
          },
        ],
      }),
    ],
    [
      'a nameless field in a form',
      cardOf({
        tag: 'form',
        name: 'f',
        elements: [{ tag: 'input' }, button({ name: 's', form_action_type: 'submit' })],
      }),
    ],
    ['a card that is a list', []],
  ])('refuses %s', (_name, card) => {
    expect(validateCard(card)).toMatchObject({ code: 200621 })
  })

  it.each(['action', 'note'])('refuses the 1.0 component %s with its own code', (tag) => {
    expect(validateCard(cardOf({ tag, elements: [] }))).toMatchObject({
      code: 200861,
      path: `ROOT -> body -> elements -> [0](tag: ${tag})`,
    })
  })

  it('refuses two components of one element_id', () => {
    const twice = { tag: 'hr', element_id: 'line' }
    expect(validateCard(cardOf(twice, twice))).toMatchObject({ code: 300301 })
  })

  it('refuses a card that is not shared', () => {
    const card = { schema: '2.0', config: { update_multi: false } }
    expect(validateCard(card)).toMatchObject({ code: 300302 })
  })

  it('counts texts as elements: a hundred div fit, a hundred and one do not', () => {
    const div = { tag: 'div', text: words('x') }
    expect(validateCard(cardOf(...Array(100).fill(div)))).toBeUndefined()
    expect(validateCard(cardOf(...Array(101).fill(div)))).toMatchObject({ code: 11310 })
  })

  it('takes five tables and refuses the sixth', () => {
    const table = { tag: 'table', columns: [], rows: [] }
    expect(validateCard(cardOf(...Array(5).fill(table)))).toBeUndefined()
    expect(validateCard(cardOf(...Array(6).fill(table)))).toMatchObject({ code: 11310 })
  })
})

describe('readCard', () => {
  it('lets a card of JSON 1.0 pass with properties nobody knows', () => {
    expect(readCard({ elements: [{ tag: 'action', actions: [] }], whatever: 1 })).toHaveProperty(
      'card',
    )
  })

  it.each([
    ['text', 'hello', 200621],
    ['a list', '[]', 200621],
    ['a version to come', '{"schema":"3.0"}', 200621],
    ['a template', '{"type":"template","data":{"template_id":"AAq1"}}', 200380],
  ])('refuses %s', (_name, content, code) => {
    expect(readCardContent(content)).toMatchObject({ fault: { code } })
  })
})
