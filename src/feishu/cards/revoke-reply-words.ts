import type { Wording } from './wording.ts'

/** What the bot, speaking for itself, answers to `/revoke`. */
export const REVOKE_REPLY_WORDS = {
  revoked: {
    zh_cn: '已撤销授权，我不能再以你的身份操作了。',
    en_us: 'Revoked. I can no longer act as you.',
    ja_jp: '認可を取り消しました。今後、あなたに代わって操作することはありません。',
  },
  requestDeclined: {
    zh_cn: '已取消等待你处理的授权请求，你没有授权给我任何内容。',
    en_us:
      'I withdrew the request that was waiting for you. You have not authorized me to do anything.',
    ja_jp: 'お待ちしていた認可のリクエストを取り下げました。認可された内容はありません。',
  },
  nothingToRevoke: {
    zh_cn: '你目前没有授权给我，无需撤销。',
    en_us: 'You have not authorized me, so there is nothing to revoke.',
    ja_jp: '現在、認可はありません。取り消すものはありません。',
  },
  tryAgainLater: {
    zh_cn: '暂时无法撤销，请稍后再试。',
    en_us: 'That did not work just now. Please try again shortly.',
    ja_jp: '現在、取り消すことができません。しばらくしてからもう一度お試しください。',
  },
} as const satisfies Record<string, Wording>
