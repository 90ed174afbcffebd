const text = (zh_cn: string, en_us: string, ja_jp: string) => ({
  content: en_us,
  i18n_content: { zh_cn, en_us, ja_jp },
})
const plain = (zh: string, en: string, ja: string) => ({
  tag: 'plain_text',
  ...text(zh, en, ja),
})
const header = (title: object, template: string, token: string) => ({
  title,
  template,
  icon: { tag: 'standard_icon', token },
})
const config = { update_multi: true, locales: ['zh_cn', 'en_us', 'ja_jp'] }

/** What a hostile app name or reason could hold. */
export const hostileText =
  '<img src=x onerror="window.pwned=1"> <script>window.pwned=1</script> [click](javascript:window.pwned=1)'

/** A card that asks, with a link to open and a callback that has a second question. */
export function chatCard(link: string) {
  return {
    schema: '2.0',
    config,
    header: header(
      plain('授权请求', 'Authorization request', '認可リクエスト'),
      'blue',
      'lock-chat_filled',
    ),
    body: {
      elements: [
        { tag: 'markdown', ...text('**机器人**想：', '**Bot** would like to:', '**Bot** が：') },
        { tag: 'markdown', content: hostileText },
        {
          tag: 'markdown',
          content: "- one &#42;star&#42;\n- <font color='grey'>two</font>\n\n> quoted",
        },
        {
          tag: 'markdown',
          content: "<local_datetime millisecond='0' format_type='date_num'></local_datetime>",
        },
        { tag: 'img', img_key: 'img_v2_1', alt: { tag: 'plain_text', content: 'a picture' } },
        {
          tag: 'button',
          type: 'primary_filled',
          text: plain('授权', 'Authorize', '許可する'),
          behaviors: [{ type: 'open_url', default_url: link }],
        },
        {
          tag: 'button',
          text: plain('暂不', 'Not now', '今はしない'),
          confirm: {
            title: plain('暂不授权？', 'Not now?', '今はしませんか？'),
            text: plain('机器人会知道。', 'The bot will be told.', 'ボットに伝わります。'),
          },
          behaviors: [{ type: 'callback', value: { action: 'decline' } }],
        },
      ],
    },
  }
}

/** What the asking card becomes once declined. */
export const chatDeclinedCard = {
  schema: '2.0',
  config,
  header: header(plain('已拒绝', 'Declined', '拒否しました'), 'grey', 'close_filled'),
  body: { elements: [{ tag: 'markdown', content: 'Nothing was shared' }] },
}

/** What the asking card becomes once authorized. */
export const chatGreenCard = {
  ...chatDeclinedCard,
  header: header(plain('授权成功', 'Authorized', '認可が完了しました'), 'green', 'yes_filled'),
}
