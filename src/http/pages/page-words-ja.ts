import type { PageWords } from './page-words.ts'

/** What the pages say in Japanese; U+2060 keeps a particle on the line of its name. */
export const PAGE_WORDS_JA: PageWords = {
  pages: {
    completed: {
      heading: '認可が完了しました',
      happened: '「{app}」\u2060は、カードに書かれた操作をあなたに代わって行えるようになりました。',
      next: '許可した内容は {feishu} のカードで確認できます。',
    },
    already_done: {
      heading: 'すでに完了しています',
      happened: 'このカードによる「{app}」\u2060への認可は済んでいます。',
      next: 'ここでの操作は不要です。許可した内容は {feishu} のカードで確認できます。',
    },
    declined: {
      heading: '拒否しました。データは共有されていません',
      happened: '「{app}」\u2060はあなたのアカウントにアクセスできません。',
      next: '気が変わったら、新しいカードを送ることができます。',
    },
    not_renewed: {
      heading: '再度の認可は行われませんでした',
      happened: 'これまでの「{app}」\u2060への認可は、期限まで有効です。',
      next: '気が変わったら、新しいカードを送ることができます。',
    },
    denial_unproven: {
      heading: 'データは共有されていません',
      happened: 'このブラウザーで誰が拒否したのか確認できないため、リクエストはまだ有効です。',
      next: '拒否するにはカードの「今はしない」を、続けるには下のボタンを押してください。',
    },
    expired: {
      heading: 'リクエストの有効期限が切れました',
      happened: '安全のため、カードは短い時間だけ有効です。データは共有されていません。',
      next: '新しいカードを送ることができます。',
    },
    withdrawn: {
      heading: 'リクエストは取り下げられました',
      happened: 'このカードは使えなくなりました。データは共有されていません。',
      next: '必要な場合は、新しいカードを送ることができます。',
    },
    superseded: {
      heading: '新しいリクエストに置き換わりました',
      happened: '有効なのは最新のカードだけです。このカードではデータは共有されていません。',
      next: '{feishu} で最新のカードを開いてください。見つからない場合は再送できます。',
    },
    link_unknown: {
      heading: 'このリンクは使えません',
      happened: 'リンクが途中で切れているか、カードのリンクではありません。',
      next: '{feishu} でカードを開き、もう一度「許可する」を押してください。',
    },
    see_card: {
      heading: '{feishu} のカードを確認してください',
      happened: 'このアドレスは、ログイン後の結果を受け取るためのものです。',
      next: 'リクエストの状態はカードに表示されます。',
    },
    link_used: {
      heading: 'このリンクは使用済みです',
      happened: '安全のため、ログインのリンクは一度だけ使えます。',
      next: 'もう一度お試しください。数秒で終わります。',
    },
    sign_in_stale: {
      heading: 'ログインできませんでした',
      happened: '{feishu} からの応答が遅すぎたか、重複していました。データは共有されていません。',
      next: 'もう一度お試しください。数秒で終わります。',
    },
    wrong_account: {
      heading: '別のアカウントでログインされました',
      happened:
        'このリクエストは、ログインしたアカウント宛てではありません。データは共有されていません。',
      next: 'ご本人のアカウントでやり直してください。',
    },
    wrong_account_closed: {
      heading: '別のアカウントでログインされました',
      happened: '何度も続いたため、リクエストを終了しました。データは共有されていません。',
      next: '依頼されたご本人に、新しいカードを送ることができます。',
    },
    not_available: {
      heading: 'このアプリはまだ使えません',
      happened:
        '「{app}」\u2060はあなたのアカウントに公開されていません。データは共有されていません。',
      next: '{feishu} の管理者にアプリの利用許可を依頼してから、もう一度お試しください。',
    },
    needs_admin: {
      heading: 'アプリの設定が完了していません',
      happened:
        '「{app}」\u2060の設定により {feishu} が拒否しました。あなたの操作に問題はありません。',
      next: 'この画面を管理者または「{app}」\u2060の担当者に見せてください。修正後にもう一度お試しください。',
    },
    feishu_trouble: {
      heading: '{feishu} が応答していません',
      happened: '認可は完了していませんが、失われたものはありません。',
      next: 'しばらくしてからもう一度お試しください。',
    },
    our_fault: {
      heading: '問題が発生しました',
      happened: 'こちら側の問題です。あなたの操作に問題はありません。',
      next: 'しばらくしてからお試しください。繰り返す場合は、照会番号をお知らせください。',
    },
    card_sent: {
      heading: '新しいカードを送りました',
      happened: 'まもなく {feishu} に届きます。',
      next: '新しいカードの「許可する」を押してください。古いカードは使えません。',
    },
    card_waiting: {
      heading: 'カードはすでに届いています',
      happened: '新しいリクエストを送信済みのため、再送はしていません。',
      next: '{feishu} で最新のカードの「許可する」を押してください。',
    },
    still_open: {
      heading: 'リクエストはまだ有効です',
      happened: '新しいカードは必要ありません。',
      next: 'このまま続けられます。',
    },
    too_many: {
      heading: '少しお待ちください',
      happened: 'お使いのネットワークから、短い時間に多くのアクセスがありました。',
      next: '1 分ほど待ってから、もう一度お試しください。',
    },
  },
  turns: {
    yours: '次にできること',
    admin: '管理者の対応が必要です',
    ours: 'こちらで対応します',
    feishu: '{feishu} の回復をお待ちください',
  },
  feishu: 'Feishu',
  lark: 'Lark',
  back: '{feishu} に戻る',
  tryAgain: 'もう一度試す',
  goOn: '続ける',
  newCard: '新しいカードを送る',
  console: '開発者コンソールを開く',
  reference: '照会番号',
  copy: 'コピー',
  copied: 'コピーしました',
  close: 'このページは閉じてかまいません。',
}
