import type { Wording } from './wording.ts'

/** Chats and mail. */
export const MESSAGE_SCOPES = {
  'im:message': {
    zh_cn: '查看和发送消息',
    en_us: 'see and send messages',
    ja_jp: 'メッセージを閲覧・送信する',
  },
  'im:message:readonly': {
    zh_cn: '查看消息',
    en_us: 'see messages',
    ja_jp: 'メッセージを閲覧する',
  },
  'im:message.p2p_msg:get_as_user': {
    zh_cn: '查看你的单聊消息',
    en_us: 'see your one-to-one messages',
    ja_jp: '1 対 1 のメッセージを閲覧する',
  },
  'im:message.group_msg:get_as_user': {
    zh_cn: '查看你所在群的消息',
    en_us: 'see messages in your group chats',
    ja_jp: '参加しているグループのメッセージを閲覧する',
  },
  'im:message.send_as_user': {
    zh_cn: '以你的名义发送消息',
    en_us: 'send messages in your name',
    ja_jp: 'あなたの名前でメッセージを送信する',
  },
  'im:message.reactions:read': {
    zh_cn: '查看消息的表情回复',
    en_us: 'see reactions to messages',
    ja_jp: 'メッセージへのリアクションを閲覧する',
  },
  'im:resource': {
    zh_cn: '下载和上传消息里的图片和文件',
    en_us: 'download and upload pictures and files in messages',
    ja_jp: 'メッセージの画像とファイルを送受信する',
  },
  'im:chat': {
    zh_cn: '查看和管理你的群',
    en_us: 'see and manage your group chats',
    ja_jp: 'グループを閲覧・管理する',
  },
  'im:chat:readonly': {
    zh_cn: '查看你的群和群成员',
    en_us: 'see your group chats and their members',
    ja_jp: 'グループとそのメンバーを閲覧する',
  },
  'im:chat:read': {
    zh_cn: '查看你的群信息',
    en_us: 'see your group chats',
    ja_jp: 'グループの情報を閲覧する',
  },
  'im:chat.members:read': {
    zh_cn: '查看群成员',
    en_us: 'see the members of group chats',
    ja_jp: 'グループのメンバーを閲覧する',
  },
  'search:message': {
    zh_cn: '搜索你的消息',
    en_us: 'search your messages',
    ja_jp: 'メッセージを検索する',
  },
  'mail:user_mailbox': {
    zh_cn: '查看和管理你的邮箱',
    en_us: 'see and manage your mailbox',
    ja_jp: 'メールボックスを閲覧・管理する',
  },
  'mail:user_mailbox:readonly': {
    zh_cn: '查看你的邮箱信息',
    en_us: 'see details of your mailbox',
    ja_jp: 'メールボックスの情報を閲覧する',
  },
  'mail:user_mailbox.message:readonly': {
    zh_cn: '查看你的邮件',
    en_us: 'see your mail',
    ja_jp: 'メールを閲覧する',
  },
  'mail:user_mailbox.message.subject:read': {
    zh_cn: '查看邮件主题',
    en_us: 'see mail subjects',
    ja_jp: 'メールの件名を閲覧する',
  },
  'mail:user_mailbox.message.body:read': {
    zh_cn: '查看邮件正文',
    en_us: 'read the text of your mail',
    ja_jp: 'メールの本文を閲覧する',
  },
  'mail:user_mailbox.message.address:read': {
    zh_cn: '查看邮件的发件人和收件人',
    en_us: 'see who sent and received your mail',
    ja_jp: 'メールの差出人と宛先を閲覧する',
  },
  'mail:user_mailbox.message:send': {
    zh_cn: '替你发送邮件',
    en_us: 'send mail for you',
    ja_jp: 'あなたに代わってメールを送信する',
  },
  'mail:user_mailbox.message:modify': {
    zh_cn: '起草、修改和整理邮件',
    en_us: 'draft, change and sort your mail',
    ja_jp: 'メールの下書き・変更・整理を行う',
  },
  'mail:user_mailbox.folder:read': {
    zh_cn: '查看邮箱文件夹',
    en_us: 'see your mail folders',
    ja_jp: 'メールのフォルダを閲覧する',
  },
} as const satisfies Record<string, Wording>
