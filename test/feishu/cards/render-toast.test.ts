import { describe, expect, it } from 'vitest'
import { renderToast } from '../../../src/feishu/cards/render-toast.ts'
import { TOAST_WORDS, type ToastKey } from '../../../src/feishu/cards/toast-words.ts'

const keys = Object.keys(TOAST_WORDS) as ToastKey[]

describe('the answer to a tap', () => {
  it.each(keys)('%s is short and there in every language', (key) => {
    const toast = renderToast(key, null, 'feishu')
    expect(Object.keys(toast.i18n)).toEqual(['zh_cn', 'en_us', 'ja_jp'])
    for (const text of Object.values(toast.i18n)) {
      expect(text.length).toBeGreaterThan(3)
      expect(text.length).toBeLessThanOrEqual(70)
    }
    expect(toast.content).toBe(toast.i18n.zh_cn)
  })

  it.each(keys)('%s never says Feishu on Lark', (key) => {
    expect(JSON.stringify(renderToast(key, 'en', 'lark'))).not.toMatch(/飞书|Feishu/)
  })

  it('speaks the language of the session first', () => {
    expect(renderToast('not_for_you', 'en', 'feishu')).toMatchObject({
      type: 'warning',
      content: 'This request is for someone else.',
    })
    expect(renderToast('declined', 'ja', 'feishu').content).toBe(
      '拒否しました。データは共有されていません',
    )
  })

  it('keeps a space between Chinese and Latin letters', () => {
    expect(renderToast('sent_again', 'zh-CN', 'lark').content).toBe(
      '新的请求已发送，请查看 Lark 消息',
    )
    expect(renderToast('sent_again', 'zh-CN', 'feishu').content).toBe(
      '新的请求已发送，请查看飞书消息',
    )
  })
})
