import type { Wording } from './wording.ts'

/** What a card says once its session has ended; an argument is safe where it is put. */
export const OUTCOME_WORDS = {
  completed: {
    title: { zh_cn: '授权成功', en_us: 'Authorized', ja_jp: '認可が完了しました' },
    summary: (app: Wording): Wording => ({
      zh_cn: `你已授权 ${app.zh_cn}`,
      en_us: `You authorized ${app.en_us}`,
      ja_jp: `${app.ja_jp} を許可しました`,
    }),
    granted: (app: Wording): Wording => ({
      zh_cn: `**${app.zh_cn}** 现在能以你的身份：`,
      en_us: `**${app.en_us}** can now act as you to:`,
      ja_jp: `**${app.ja_jp}** は、あなたに代わって次の操作を行えます：`,
    }),
    notGranted: (names: Wording): Wording => ({
      zh_cn: `没有授权：${names.zh_cn}`,
      en_us: `Not granted: ${names.en_us}`,
      ja_jp: `許可されていない操作：${names.ja_jp}`,
    }),
    when: (time: string): Wording => ({
      zh_cn: `授权时间：${time}`,
      en_us: `Authorized on ${time}.`,
      ja_jp: `認可日時：${time}`,
    }),
    takeBack: {
      zh_cn: '你可以随时在这里收回授权。',
      en_us: 'You can take it back here at any time.',
      ja_jp: 'この許可は、ここからいつでも取り消せます。',
    },
  },
  revoked: {
    title: { zh_cn: '授权已结束', en_us: 'Access ended', ja_jp: '認可は終了しました' },
    summary: (app: Wording): Wording => ({
      zh_cn: `${app.zh_cn} 的授权已结束`,
      en_us: `The access of ${app.en_us} ended`,
      ja_jp: `${app.ja_jp} への認可は終了しました`,
    }),
    byPerson: (app: Wording): Wording => ({
      zh_cn: `你撤销了 **${app.zh_cn}** 的授权，它不能再以你的身份操作。`,
      en_us: `You revoked the access of **${app.en_us}**. It can no longer act as you.`,
      ja_jp: `あなたは **${app.ja_jp}** への認可を取り消しました。このアプリは、もうあなたに代わって操作できません。`,
    }),
    byAdmin: (app: Wording): Wording => ({
      zh_cn: `管理员撤销了 **${app.zh_cn}** 的授权，它不能再以你的身份操作。`,
      en_us: `An admin revoked the access of **${app.en_us}**. It can no longer act as you.`,
      ja_jp: `管理者が **${app.ja_jp}** への認可を取り消しました。このアプリは、もうあなたに代わって操作できません。`,
    }),
    byFeishu: (app: Wording, product: Wording): Wording => ({
      zh_cn: `**${app.zh_cn}** 的授权已被${product.zh_cn}终止，它不能再以你的身份操作。`,
      en_us: `${product.en_us} ended the access of **${app.en_us}**. It can no longer act as you.`,
      ja_jp: `${product.ja_jp} が **${app.ja_jp}** への認可を終了しました。このアプリは、もうあなたに代わって操作できません。`,
    }),
    when: (time: string): Wording => ({
      zh_cn: `结束时间：${time}`,
      en_us: `Ended on ${time}.`,
      ja_jp: `終了日時：${time}`,
    }),
    next: {
      zh_cn: '如果还需要，它会再次请求你的授权。',
      en_us: 'If it needs access again, it will ask you.',
      ja_jp: '必要になったときは、あらためて認可をお願いします。',
    },
  },
  rejected: {
    title: { zh_cn: '已拒绝', en_us: 'Declined', ja_jp: '拒否しました' },
    summary: (app: Wording): Wording => ({
      zh_cn: `你拒绝了 ${app.zh_cn} 的授权请求`,
      en_us: `You declined the request from ${app.en_us}`,
      ja_jp: `${app.ja_jp} からのリクエストを拒否しました`,
    }),
    body: (app: Wording): Wording => ({
      zh_cn: `**${app.zh_cn}** 没有得到授权，未共享任何数据。改变主意的话，仍可以授权。`,
      en_us: `**${app.en_us}** was not authorized, and nothing was shared. You can still change your mind.`,
      ja_jp: `**${app.ja_jp}** は許可されませんでした。データは共有されていません。あとから許可することもできます。`,
    }),
  },
  expired: {
    title: {
      zh_cn: '请求已过期',
      en_us: 'This request expired',
      ja_jp: 'リクエストの有効期限が切れました',
    },
    summary: (app: Wording): Wording => ({
      zh_cn: `${app.zh_cn} 的授权请求已过期`,
      en_us: `The request from ${app.en_us} expired`,
      ja_jp: `${app.ja_jp} からのリクエストの有効期限が切れました`,
    }),
    body: (app: Wording, time: string): Wording => ({
      zh_cn: `**${app.zh_cn}** 的授权请求已于 ${time} 过期，未共享任何数据。如果还需要，请点“重新发送”。`,
      en_us: `The request from **${app.en_us}** ran out on ${time}. Nothing was shared. If you still need it, tap “Send again”.`,
      ja_jp: `**${app.ja_jp}** からのリクエストは ${time} に有効期限が切れました。データは共有されていません。必要な場合は「再送する」を押してください。`,
    }),
  },
  withdrawn: {
    title: {
      zh_cn: '请求已撤回',
      en_us: 'This request was withdrawn',
      ja_jp: 'リクエストは取り下げられました',
    },
    summary: (app: Wording): Wording => ({
      zh_cn: `${app.zh_cn} 的授权请求已撤回`,
      en_us: `The request from ${app.en_us} was withdrawn`,
      ja_jp: `${app.ja_jp} からのリクエストは取り下げられました`,
    }),
    body: (app: Wording): Wording => ({
      zh_cn: `**${app.zh_cn}** 的授权请求已撤回，未共享任何数据。如果还需要，请点“重新发送”。`,
      en_us: `The request from **${app.en_us}** was withdrawn. Nothing was shared. If you still need it, tap “Send again”.`,
      ja_jp: `**${app.ja_jp}** からのリクエストは取り下げられました。データは共有されていません。必要な場合は「再送する」を押してください。`,
    }),
  },
  superseded: {
    title: {
      zh_cn: '已有新的请求',
      en_us: 'Replaced by a newer request',
      ja_jp: '新しいリクエストがあります',
    },
    summary: (app: Wording): Wording => ({
      zh_cn: `${app.zh_cn} 发来了新的授权请求`,
      en_us: `${app.en_us} sent a newer request`,
      ja_jp: `${app.ja_jp} から新しいリクエストが届いています`,
    }),
    body: (app: Wording): Wording => ({
      zh_cn: `**${app.zh_cn}** 发来了新的授权请求，请使用最新的那张卡片。`,
      en_us: `**${app.en_us}** sent a newer request. Please use that card instead.`,
      ja_jp: `**${app.ja_jp}** から新しいリクエストが届いています。そちらのカードをご利用ください。`,
    }),
  },
}
