import type { Wording } from './wording.ts'

/** What a card says while it asks; an argument is safe where it is put. */
export const ASKING_WORDS = {
  title: { zh_cn: '授权请求', en_us: 'Authorization request', ja_jp: '認可リクエスト' },
  titleNeedsAdmin: {
    zh_cn: '需要管理员协助',
    en_us: 'Admin help needed',
    ja_jp: '管理者の対応が必要です',
  },
  summary: (app: Wording): Wording => ({
    zh_cn: `${app.zh_cn} 请求你的授权`,
    en_us: `${app.en_us} asks for your authorization`,
    ja_jp: `${app.ja_jp} があなたの認可を求めています`,
  }),
  summaryAgain: (app: Wording): Wording => ({
    zh_cn: `${app.zh_cn} 的授权还没有完成`,
    en_us: `Authorization for ${app.en_us} is not finished yet`,
    ja_jp: `${app.ja_jp} の認可はまだ完了していません`,
  }),
  ask: (app: Wording): Wording => ({
    zh_cn: `**${app.zh_cn}** 希望以你的身份：`,
    en_us: `**${app.en_us}** would like to act as you to:`,
    ja_jp: `**${app.ja_jp}** が、あなたに代わって次の操作を行う許可を求めています：`,
  }),
  why: (reason: string): Wording => ({
    zh_cn: `用途：“${reason}”`,
    en_us: `Why: “${reason}”`,
    ja_jp: `目的：「${reason}」`,
  }),
  until: (time: string): Wording => ({
    zh_cn: `请在 ${time} 前完成，授权后可随时撤销。`,
    en_us: `Valid until ${time}. You can revoke access at any time.`,
    ja_jp: `${time} まで有効です。許可はいつでも取り消せます。`,
  }),
  wrongAccount: (product: Wording): Wording => ({
    zh_cn: `刚才登录的是另一个${product.zh_cn}账号。请用你本人的账号登录，再点一次“授权”。`,
    en_us: `That was a different ${product.en_us} account. Sign in as yourself and tap “Authorize” again.`,
    ja_jp: `別の ${product.ja_jp} アカウントでログインされていました。ご自身のアカウントでログインして、もう一度「許可する」を押してください。`,
  }),
  needsAdmin: (consoleLink: string): Wording => ({
    zh_cn: `这个应用还没有配置好，暂时无法授权。请让应用管理员在[开发者后台](${consoleLink})检查它的权限和发布状态，完成后点“我已开通”。`,
    en_us: `This app is not fully set up yet, so you cannot authorize it for now. Ask the app's admin to check its permissions and release in the [developer console](${consoleLink}), then tap “I have enabled it”.`,
    ja_jp: `アプリの設定がまだ終わっていないため、今は認可できません。アプリの管理者に[開発者コンソール](${consoleLink})で権限と公開状態を確認してもらい、済んだら「有効にしました」を押してください。`,
  }),
  needsRedirectUrl: (consoleLink: string): Wording => ({
    zh_cn: `这个应用还没有配置好，暂时无法授权。请让应用管理员在[开发者后台](${consoleLink})的“安全设置”里检查重定向 URL，完成后点“我已开通”。`,
    en_us: `This app is not fully set up yet, so you cannot authorize it for now. Ask the app's admin to check the redirect URLs under Security Settings in the [developer console](${consoleLink}), then tap “I have enabled it”.`,
    ja_jp: `アプリの設定がまだ終わっていないため、今は認可できません。アプリの管理者に[開発者コンソール](${consoleLink})の「セキュリティ設定」でリダイレクト URL を確認してもらい、済んだら「有効にしました」を押してください。`,
  }),
  notAvailable: {
    zh_cn: '你还不在这个应用的可用范围内。请让管理员把你加进去，然后再点一次“授权”。',
    en_us:
      'This app is not available to you yet. Ask an admin to add you to its availability, then tap “Authorize” again.',
    ja_jp:
      'このアプリの利用範囲に、あなたがまだ含まれていません。管理者に追加してもらってから、もう一度「許可する」を押してください。',
  },
  feishuTrouble: (product: Wording): Wording => ({
    zh_cn: `${product.zh_cn.trimStart()}暂时没有响应。请稍后再点一次“授权”。`,
    en_us: `${product.en_us} is not responding right now. Please tap “Authorize” again shortly.`,
    ja_jp: `${product.ja_jp} が応答していません。しばらくしてから、もう一度「許可する」を押してください。`,
  }),
  tryAgain: {
    zh_cn: '刚才的授权没有完成。请再点一次“授权”。',
    en_us: 'The last try did not go through. Please tap “Authorize” again.',
    ja_jp: '認可を完了できませんでした。お手数ですが、もう一度「許可する」を押してください。',
  },
}
