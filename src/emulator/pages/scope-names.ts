import type { PageLocale } from './page-locale.ts'

const names: Record<string, Record<PageLocale, string>> = {
  offline_access: {
    zh_cn: '在你离线时保持访问',
    en_us: 'Keep access while you are away',
    ja_jp: 'オフラインの間もアクセスを保持する',
  },
  'auth:user.id:read': {
    zh_cn: '获取你的用户 ID',
    en_us: 'Read your user ID',
    ja_jp: 'あなたのユーザー ID を取得する',
  },
  'contact:user.base:readonly': {
    zh_cn: '获取你的姓名和头像',
    en_us: 'Read your name and avatar',
    ja_jp: '氏名とアバターを取得する',
  },
  'contact:user.email:readonly': {
    zh_cn: '获取你的邮箱',
    en_us: 'Read your email address',
    ja_jp: 'メールアドレスを取得する',
  },
  'calendar:calendar:readonly': {
    zh_cn: '查看你的日历和日程',
    en_us: 'Read your calendars and events',
    ja_jp: 'カレンダーと予定を閲覧する',
  },
  'calendar:calendar': {
    zh_cn: '查看和更新你的日历',
    en_us: 'Read and change your calendars',
    ja_jp: 'カレンダーを閲覧・更新する',
  },
  'docx:document:readonly': {
    zh_cn: '查看你的文档',
    en_us: 'Read your documents',
    ja_jp: 'ドキュメントを閲覧する',
  },
  'docx:document': {
    zh_cn: '创建和编辑你的文档',
    en_us: 'Create and edit your documents',
    ja_jp: 'ドキュメントを作成・編集する',
  },
  'drive:drive:readonly': {
    zh_cn: '查看你的云空间文件',
    en_us: 'Read your files in Drive',
    ja_jp: 'ドライブのファイルを閲覧する',
  },
  'im:message': {
    zh_cn: '读取和发送消息',
    en_us: 'Read and send messages',
    ja_jp: 'メッセージを閲覧・送信する',
  },
  'mail:user_mailbox.message:readonly': {
    zh_cn: '查看你的邮件',
    en_us: 'Read your mail',
    ja_jp: 'メールを閲覧する',
  },
  'task:task:read': {
    zh_cn: '查看你的任务',
    en_us: 'Read your tasks',
    ja_jp: 'タスクを閲覧する',
  },
}

/** What a scope lets an app do, in plain words; undefined for one the sandbox has no words for. */
export function scopeName(scope: string, locale: PageLocale): string | undefined {
  return names[scope]?.[locale]
}
