import type { Wording } from './wording.ts'

/** What a card says to somebody whose earlier grant ended, or soon will; an argument is safe where it is put. */
export const AGAIN_WORDS = {
  title: {
    zh_cn: '需要重新授权',
    en_us: 'Please authorize again',
    ja_jp: '再度の認可が必要です',
  },
  summary: (app: Wording): Wording => ({
    zh_cn: `${app.zh_cn} 的授权已失效，请重新授权`,
    en_us: `${app.en_us} needs your authorization again`,
    ja_jp: `${app.ja_jp} の認可が無効になりました。再度の認可をお願いします`,
  }),
  ranOut: (app: Wording): Wording => ({
    zh_cn: `你之前给 **${app.zh_cn}** 的授权已到期。重新授权之前，它不能以你的身份操作。`,
    en_us: `Your earlier authorization for **${app.en_us}** ran out. Until you authorize it again, it cannot act as you.`,
    ja_jp: `以前の **${app.ja_jp}** への認可は有効期限が切れました。再度許可されるまで、このアプリはあなたに代わって操作できません。`,
  }),
  revoked: (app: Wording): Wording => ({
    zh_cn: `你之前给 **${app.zh_cn}** 的授权已被撤销。重新授权之前，它不能以你的身份操作。`,
    en_us: `Your earlier authorization for **${app.en_us}** was revoked. Until you authorize it again, it cannot act as you.`,
    ja_jp: `以前の **${app.ja_jp}** への認可は取り消されました。再度許可されるまで、このアプリはあなたに代わって操作できません。`,
  }),
  lost: (app: Wording): Wording => ({
    zh_cn: `由于我们这边的故障，你之前给 **${app.zh_cn}** 的授权丢失了，抱歉。重新授权之前，它不能以你的身份操作。`,
    en_us: `A fault on our side lost your earlier authorization for **${app.en_us}**. We are sorry. Until you authorize it again, it cannot act as you.`,
    ja_jp: `システムの不具合により、以前の **${app.ja_jp}** への認可が失われました。申し訳ありません。再度許可されるまで、このアプリはあなたに代わって操作できません。`,
  }),
  changed: (app: Wording, product: Wording): Wording => ({
    zh_cn: `由于你在${product.zh_cn}的账号或权限有变化，之前给 **${app.zh_cn}** 的授权已失效。重新授权之前，它不能以你的身份操作。`,
    en_us: `Your account or permissions in ${product.en_us} changed, so your earlier authorization for **${app.en_us}** no longer works. Until you authorize it again, it cannot act as you.`,
    ja_jp: `${product.ja_jp} でのアカウントまたは権限が変わったため、以前の **${app.ja_jp}** への認可は無効になりました。再度許可されるまで、このアプリはあなたに代わって操作できません。`,
  }),
  titleSoon: {
    zh_cn: '授权即将到期',
    en_us: 'Authorization ends soon',
    ja_jp: 'まもなく認可の期限が切れます',
  },
  summarySoon: (app: Wording): Wording => ({
    zh_cn: `你给 ${app.zh_cn} 的授权即将到期`,
    en_us: `Your authorization for ${app.en_us} ends soon`,
    ja_jp: `${app.ja_jp} への認可の期限がまもなく切れます`,
  }),
  endsSoon: (app: Wording, time: string): Wording => ({
    zh_cn: `你给 **${app.zh_cn}** 的授权将于 ${time} 到期。现在重新授权，它就能继续为你工作；暂不处理也没关系，到期之前一切照常。`,
    en_us: `Your authorization for **${app.en_us}** ends on ${time}. Authorize it again to keep it working. If you do not, nothing changes until then.`,
    ja_jp: `**${app.ja_jp}** への認可は ${time} に期限が切れます。もう一度許可すると、引き続きご利用いただけます。許可しない場合も、期限まではこれまでどおり使えます。`,
  }),
  goOn: {
    zh_cn: '重新授权后，它可以继续以你的身份：',
    en_us: 'It would go on acting as you to:',
    ja_jp: '引き続き、あなたに代わって次の操作を行います：',
  },
  until: (time: string): Wording => ({
    zh_cn: `这张卡片在 ${time} 前有效。你可以随时撤销授权。`,
    en_us: `This card works until ${time}. You can revoke access at any time.`,
    ja_jp: `このカードは ${time} まで有効です。許可はいつでも取り消せます。`,
  }),
  declined: {
    title: {
      zh_cn: '暂不重新授权',
      en_us: 'Not authorized again',
      ja_jp: '再度の認可は行われませんでした',
    },
    summary: (app: Wording): Wording => ({
      zh_cn: `你暂时没有重新授权 ${app.zh_cn}`,
      en_us: `You did not authorize ${app.en_us} again`,
      ja_jp: `${app.ja_jp} への再度の認可は行われませんでした`,
    }),
    body: (app: Wording, time: string): Wording => ({
      zh_cn: `你之前给 **${app.zh_cn}** 的授权在 ${time} 之前仍然有效。改变主意的话，仍可以重新授权。`,
      en_us: `Your authorization for **${app.en_us}** goes on until ${time}. You can still change your mind.`,
      ja_jp: `これまでの **${app.ja_jp}** への認可は ${time} まで有効です。あとから許可することもできます。`,
    }),
  },
  expired: (app: Wording, time: string): Wording => ({
    zh_cn: `这张卡片已过期。你之前给 **${app.zh_cn}** 的授权有效期到 ${time}。如果还需要，请点“重新发送”。`,
    en_us: `This card has run out. Your authorization for **${app.en_us}** lasts until ${time}. If you still need it, tap “Send again”.`,
    ja_jp: `このカードの有効期限が切れました。これまでの **${app.ja_jp}** への認可の期限は ${time} です。必要な場合は「再送する」を押してください。`,
  }),
}
