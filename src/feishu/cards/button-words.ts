import type { Wording } from './wording.ts'

/** What the buttons say, at most 100 characters each. */
export const BUTTON_WORDS = {
  authorize: { zh_cn: '授权', en_us: 'Authorize', ja_jp: '許可する' },
  notNow: { zh_cn: '暂不', en_us: 'Not now', ja_jp: '今はしない' },
  notNowTitle: {
    zh_cn: '暂不授权？',
    en_us: 'Decline this request?',
    ja_jp: '今は許可しませんか？',
  },
  notNowText: {
    zh_cn: '不会共享任何数据，以后仍可以授权。',
    en_us: 'Nothing will be shared, and you can still authorize later.',
    ja_jp: 'データは共有されません。あとから許可することもできます。',
  },
  notNowAheadText: {
    zh_cn: '到期之前一切照常，以后仍可以授权。',
    en_us: 'Nothing changes until it ends, and you can still authorize later.',
    ja_jp: '期限まではこれまでどおり使えます。あとから許可することもできます。',
  },
  authorizeAfterAll: { zh_cn: '仍要授权', en_us: 'Authorize after all', ja_jp: 'やはり許可する' },
  sendAgain: { zh_cn: '重新发送', en_us: 'Send again', ja_jp: '再送する' },
  revoke: { zh_cn: '撤销授权', en_us: 'Revoke access', ja_jp: '認可を取り消す' },
  revokeTitle: {
    zh_cn: '撤销授权？',
    en_us: 'Revoke access?',
    ja_jp: '認可を取り消しますか？',
  },
  revokeText: {
    zh_cn: '此应用将不能再以你的身份操作。以后仍可以重新授权。',
    en_us: 'The app will no longer be able to act as you. You can authorize it again later.',
    ja_jp:
      'アプリは、あなたに代わって操作できなくなります。あとからもう一度許可することもできます。',
  },
  haveEnabled: { zh_cn: '我已开通', en_us: 'I have enabled it', ja_jp: '有効にしました' },
} as const satisfies Record<string, Wording>
