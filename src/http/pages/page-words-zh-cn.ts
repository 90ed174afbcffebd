import type { PageWords } from './page-words.ts'

/** What the pages say in Chinese. */
export const PAGE_WORDS_ZH_CN: PageWords = {
  pages: {
    completed: {
      heading: '授权成功',
      happened: '“{app}”现在可以按卡片所述，以你的身份进行操作。',
      next: '{feishu}中的卡片会显示你授予的权限。',
    },
    already_done: {
      heading: '你已完成授权',
      happened: '你之前已通过这张卡片授权“{app}”。',
      next: '无需再做任何操作，{feishu}中的卡片会显示你授予的权限。',
    },
    declined: {
      heading: '已拒绝，未共享任何数据',
      happened: '“{app}”没有获得你账号的访问权限。',
      next: '改变主意了？可以让我们重新发送一张卡片。',
    },
    not_renewed: {
      heading: '暂不重新授权',
      happened: '一切照常：你之前给“{app}”的授权在到期之前仍然有效。',
      next: '改变主意了？可以让我们重新发送一张卡片。',
    },
    denial_unproven: {
      heading: '未共享任何数据',
      happened: '无法确认是谁在这个浏览器中拒绝了授权，因此请求仍然有效。',
      next: '如要拒绝，请在卡片上点“暂不”；如要继续，请重试。',
    },
    expired: {
      heading: '请求已过期，未共享任何数据',
      happened: '为了你的安全，卡片只在短时间内有效。',
      next: '可以让我们重新发送一张卡片。',
    },
    withdrawn: {
      heading: '请求已撤回',
      happened: '这张卡片已失效，未共享任何数据。',
      next: '如仍有需要，可以让我们重新发送一张卡片。',
    },
    superseded: {
      heading: '已有更新的请求',
      happened: '只有最新的卡片有效，这张卡片未共享任何数据。',
      next: '请在{feishu}中打开最新的卡片；找不到时，可以让我们重新发送。',
    },
    link_unknown: {
      heading: '链接无效',
      happened: '链接不完整，或不是来自我们的卡片。',
      next: '请在{feishu}中打开卡片，再次点击“授权”。',
    },
    see_card: {
      heading: '请查看{feishu}中的卡片',
      happened: '这个地址只用于接收登录后的结果。',
      next: '卡片会显示请求的最新状态。',
    },
    link_used: {
      heading: '链接已被使用',
      happened: '为了你的安全，每次登录只能使用一次。',
      next: '请重试，只需几秒钟。',
    },
    sign_in_stale: {
      heading: '登录未成功',
      happened: '{feishu}的确认来得太晚或重复了，未共享任何数据。',
      next: '请重试，只需几秒钟。',
    },
    wrong_account: {
      heading: '登录的是另一个账号',
      happened: '这个请求不是发给刚才登录的账号的，未共享任何数据。',
      next: '请用本人账号重试。',
    },
    wrong_account_closed: {
      heading: '登录的是另一个账号',
      happened: '由于多次登录了其他账号，请求已关闭，未共享任何数据。',
      next: '可以重新发送一张卡片给被请求的本人。',
    },
    not_available: {
      heading: '你暂时无法使用此应用',
      happened: '“{app}”尚未对你的账号开放，未共享任何数据。',
      next: '请联系{feishu}管理员将你加入应用的可用范围，然后重试。',
    },
    needs_admin: {
      heading: '应用尚未配置完成',
      happened: '由于“{app}”的配置问题，{feishu}拒绝了请求。这不是你的问题。',
      next: '请将此页面出示给管理员或“{app}”的负责人，修复后重试。',
    },
    feishu_trouble: {
      heading: '{feishu}暂时无法响应',
      happened: '授权未能完成，但没有丢失任何内容。',
      next: '请稍后重试。',
    },
    our_fault: {
      heading: '我们这边出了点问题',
      happened: '这不是你的问题。',
      next: '请稍后重试。如果再次出现，请提供下面的参考编号。',
    },
    card_sent: {
      heading: '新卡片正在发送',
      happened: '稍后即可在{feishu}中看到。',
      next: '请在新卡片上点击“授权”，旧卡片已失效。',
    },
    card_waiting: {
      heading: '已有一张卡片在等你',
      happened: '之前已发送更新的请求，因此没有重复发送。',
      next: '请在{feishu}中最新的卡片上点击“授权”。',
    },
    still_open: {
      heading: '请求仍然有效',
      happened: '不需要新的卡片。',
      next: '可以从这里继续。',
    },
    too_many: {
      heading: '请稍等片刻',
      happened: '你所在的网络短时间内尝试次数过多。',
      next: '请等一分钟后重试。',
    },
  },
  turns: {
    yours: '你可以这样做',
    admin: '需要管理员处理',
    ours: '由我们来处理',
    feishu: '需要等待{feishu}恢复',
  },
  feishu: '飞书',
  lark: 'Lark',
  back: '返回{feishu}',
  tryAgain: '重试',
  goOn: '继续',
  newCard: '重新发送卡片',
  console: '打开开发者后台',
  reference: '参考编号',
  copy: '复制',
  copied: '已复制',
  close: '你可以关闭此页面。',
}
