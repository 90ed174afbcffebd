import type { ClickToast } from '../../auth/answer-card-click.ts'
import type { Wording } from './wording.ts'

/** What can be answered to a tap: the domain's answers, and that there is none just now. */
export type ToastKey = ClickToast | 'try_again_later'

/** How loud an answer is, and what it says given what people call the product. */
type ToastWords = {
  type: 'info' | 'success' | 'warning' | 'error'
  words: (product: Wording) => Wording
}

/** Every answer to a tap. */
export const TOAST_WORDS: Readonly<Record<ToastKey, ToastWords>> = {
  declined: {
    type: 'info',
    words: () => ({
      zh_cn: '已拒绝，未共享任何数据',
      en_us: 'Declined. Nothing was shared',
      ja_jp: '拒否しました。データは共有されていません',
    }),
  },
  already_declined: {
    type: 'info',
    words: () => ({
      zh_cn: '你之前已拒绝这个请求，未共享任何数据',
      en_us: 'You already declined this request. Nothing was shared',
      ja_jp: 'このリクエストはすでに拒否されています。データは共有されていません',
    }),
  },
  renewal_declined: {
    type: 'info',
    words: () => ({
      zh_cn: '好的，到期之前一切照常',
      en_us: 'All right. Nothing changes until it ends',
      ja_jp: '承知しました。期限まではこれまでどおり使えます',
    }),
  },
  already_completed: {
    type: 'success',
    words: () => ({
      zh_cn: '你已经授权过了',
      en_us: 'You have already authorized this',
      ja_jp: 'すでに許可されています',
    }),
  },
  revoking: {
    type: 'info',
    words: () => ({
      zh_cn: '正在撤销授权',
      en_us: 'Access is being revoked',
      ja_jp: '認可を取り消しています',
    }),
  },
  already_revoked: {
    type: 'info',
    words: () => ({
      zh_cn: '授权已经撤销',
      en_us: 'Access has already ended',
      ja_jp: '認可はすでに終了しています',
    }),
  },
  expired: {
    type: 'warning',
    words: () => ({
      zh_cn: '请求已过期，未共享任何数据',
      en_us: 'This request expired. Nothing was shared',
      ja_jp: 'リクエストの有効期限が切れました。データは共有されていません',
    }),
  },
  sent_again: {
    type: 'success',
    words: (product) => ({
      zh_cn: `新的请求已发送，请查看${product.zh_cn}消息`,
      en_us: `New request sent. Look for it in your ${product.en_us} messages`,
      ja_jp: `新しいリクエストを送りました。${product.ja_jp} のメッセージをご確認ください`,
    }),
  },
  already_sent: {
    type: 'info',
    words: () => ({
      zh_cn: '新的请求之前已发送，请使用最新的那张卡片',
      en_us: 'A new request was already sent. Please use the newest card',
      ja_jp: '新しいリクエストは送信済みです。最新のカードをご利用ください',
    }),
  },
  not_for_you: {
    type: 'warning',
    words: () => ({
      zh_cn: '这个请求是发给别人的。',
      en_us: 'This request is for someone else.',
      ja_jp: 'このリクエストは別の方あてです。',
    }),
  },
  superseded: {
    type: 'info',
    words: () => ({
      zh_cn: '已有新的请求，请使用最新的那张卡片',
      en_us: 'A newer request replaced this one. Please use the newest card',
      ja_jp: '新しいリクエストがあります。最新のカードをご利用ください',
    }),
  },
  being_completed: {
    type: 'info',
    words: () => ({
      zh_cn: '授权正在完成，请稍候',
      en_us: 'Your authorization is just being completed. One moment, please',
      ja_jp: '認可の処理中です。少々お待ちください',
    }),
  },
  checking_again: {
    type: 'info',
    words: () => ({
      zh_cn: '好的，请点“授权”再试一次',
      en_us: 'Thanks. Tap “Authorize” to try again',
      ja_jp: 'ありがとうございます。「許可する」を押して、もう一度お試しください',
    }),
  },
  working_on_it: {
    type: 'info',
    words: () => ({
      zh_cn: '正在处理，请稍候',
      en_us: 'Working on it. One moment, please',
      ja_jp: '処理しています。少々お待ちください',
    }),
  },
  too_many_cards: {
    type: 'warning',
    words: () => ({
      zh_cn: '卡片发送过于频繁，请稍后再试',
      en_us: 'Too many cards were sent. Please try again later',
      ja_jp: 'カードの送信回数が多すぎます。しばらくしてからお試しください',
    }),
  },
  try_again_later: {
    type: 'error',
    words: () => ({
      zh_cn: '暂时无法处理，请稍后再试',
      en_us: 'That did not work just now. Please try again shortly',
      ja_jp: '現在処理できません。しばらくしてからもう一度お試しください',
    }),
  },
}
