import type { CardLocale, Wording } from './wording.ts'

/** What the bot, speaking for itself, answers to `/auth status`. */
export const STATUS_REPLY_WORDS = {
  none: {
    zh_cn: '你目前没有授权给我。',
    en_us: 'You have not authorized me.',
    ja_jp: '現在、認可はありません。',
  },
  works: {
    zh_cn: '你已授权，我可以以你的身份操作。',
    en_us: 'You have authorized me: I can act as you.',
    ja_jp: '認可済みです。あなたに代わって操作できます。',
  },
  unsure: {
    zh_cn: '你已授权，上次自动续期的结果尚不确定，我正在确认。',
    en_us: 'You have authorized me. How the last renewal ended is not known yet; I am finding out.',
    ja_jp: '認可済みです。前回の更新の結果を確認しています。',
  },
  over: {
    zh_cn: '你的授权已失效。需要时我会再次请你授权。',
    en_us: 'Your authorization has ended. When it is needed, I will ask you again.',
    ja_jp: '認可は終了しました。必要になったときに、もう一度お願いします。',
  },
  revoked: {
    zh_cn: '你的授权已被撤销。需要时我会再次请你授权。',
    en_us: 'Your authorization was revoked. When it is needed, I will ask you again.',
    ja_jp: '認可は取り消されました。必要になったときに、もう一度お願いします。',
  },
  tryAgainLater: {
    zh_cn: '暂时无法查询，请稍后再试。',
    en_us: 'I cannot look that up just now. Please try again shortly.',
    ja_jp: '現在、確認できません。しばらくしてからもう一度お試しください。',
  },
} as const satisfies Record<string, Wording>

/** The facts below the first sentence, each a line. */
export const STATUS_FACTS: Readonly<
  Record<
    'scopes' | 'renewedUntil' | 'endsAt' | 'howToRevoke',
    Record<CardLocale, (fact: string) => string>
  >
> = {
  scopes: {
    zh_cn: (scopes) => `权限：${scopes}`,
    en_us: (scopes) => `Permissions: ${scopes}`,
    ja_jp: (scopes) => `権限：${scopes}`,
  },
  renewedUntil: {
    zh_cn: (time) => `自动续期，最晚到 ${time}`,
    en_us: (time) => `Renewed by itself, until ${time} at the latest`,
    ja_jp: (time) => `自動的に更新されます（最長 ${time} まで）`,
  },
  endsAt: {
    zh_cn: (time) => `有效期至 ${time}，不会自动续期`,
    en_us: (time) => `Ends ${time}; it is not renewed`,
    ja_jp: (time) => `${time} に終了します（更新されません）`,
  },
  howToRevoke: {
    zh_cn: (command) => `发送 ${command} 可撤销授权。`,
    en_us: (command) => `To take it back, write ${command}.`,
    ja_jp: (command) => `取り消すには ${command} と送信してください。`,
  },
}
