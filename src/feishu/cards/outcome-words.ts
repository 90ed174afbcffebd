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
      zh_cn: '如需收回授权，请联系这个应用的负责人或管理员。',
      en_us: "To take this back, ask the app's owner or your admin.",
      ja_jp: '取り消したいときは、アプリの担当者または管理者にご連絡ください。',
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
