import type { Wording } from './wording.ts'

/** Calendars, tasks and meetings. */
export const CALENDAR_AND_TASK_SCOPES = {
  'calendar:calendar': {
    zh_cn: '查看和管理你的日历和日程',
    en_us: 'see and manage your calendars and events',
    ja_jp: 'カレンダーと予定を閲覧・管理する',
  },
  'calendar:calendar:readonly': {
    zh_cn: '查看你的日历、日程和忙闲状态',
    en_us: 'see your calendars, events and free times',
    ja_jp: 'カレンダー、予定、空き時間を閲覧する',
  },
  'calendar:calendar:read': {
    zh_cn: '查看你的日历',
    en_us: 'see your calendars',
    ja_jp: 'カレンダーを閲覧する',
  },
  'calendar:calendar.event:read': {
    zh_cn: '查看你的日程',
    en_us: 'see your events',
    ja_jp: '予定を閲覧する',
  },
  'calendar:calendar.event:create': {
    zh_cn: '创建日程',
    en_us: 'create events',
    ja_jp: '予定を作成する',
  },
  'calendar:calendar.event:update': {
    zh_cn: '修改日程',
    en_us: 'change events',
    ja_jp: '予定を変更する',
  },
  'calendar:calendar.event:delete': {
    zh_cn: '删除日程',
    en_us: 'delete events',
    ja_jp: '予定を削除する',
  },
  'calendar:calendar.event:reply': {
    zh_cn: '替你回复日程邀请',
    en_us: 'reply to event invitations for you',
    ja_jp: 'あなたに代わって予定の招待に返信する',
  },
  'calendar:calendar.free_busy:read': {
    zh_cn: '查看忙闲状态',
    en_us: 'see when people are free or busy',
    ja_jp: '空き時間を閲覧する',
  },
  'task:task': {
    zh_cn: '查看和管理你的任务和清单',
    en_us: 'see and manage your tasks and task lists',
    ja_jp: 'タスクとタスクリストを閲覧・管理する',
  },
  'task:task:readonly': {
    zh_cn: '查看你的任务和清单',
    en_us: 'see your tasks and task lists',
    ja_jp: 'タスクとタスクリストを閲覧する',
  },
  'task:task:read': {
    zh_cn: '查看你的任务',
    en_us: 'see your tasks',
    ja_jp: 'タスクを閲覧する',
  },
  'task:task:write': {
    zh_cn: '创建和修改任务',
    en_us: 'create and change tasks',
    ja_jp: 'タスクを作成・変更する',
  },
  'task:tasklist:read': {
    zh_cn: '查看你的任务清单',
    en_us: 'see your task lists',
    ja_jp: 'タスクリストを閲覧する',
  },
  'task:tasklist:write': {
    zh_cn: '创建和修改任务清单',
    en_us: 'create and change task lists',
    ja_jp: 'タスクリストを作成・変更する',
  },
  'task:comment:read': {
    zh_cn: '查看任务评论',
    en_us: 'see task comments',
    ja_jp: 'タスクのコメントを閲覧する',
  },
  'task:comment:write': {
    zh_cn: '添加和修改任务评论',
    en_us: 'add and change task comments',
    ja_jp: 'タスクのコメントを追加・変更する',
  },
  'vc:meeting.search:read': {
    zh_cn: '搜索你的视频会议',
    en_us: 'search your video meetings',
    ja_jp: 'ビデオ会議を検索する',
  },
  'vc:meeting:readonly': {
    zh_cn: '查看你的视频会议',
    en_us: 'see your video meetings',
    ja_jp: 'ビデオ会議を閲覧する',
  },
  'vc:record:readonly': {
    zh_cn: '查看会议录制',
    en_us: 'see meeting recordings',
    ja_jp: '会議の録画を閲覧する',
  },
  'vc:note:read': {
    zh_cn: '查看会议纪要',
    en_us: 'see meeting notes',
    ja_jp: '会議メモを閲覧する',
  },
  'minutes:minutes:readonly': {
    zh_cn: '查看你的妙记',
    en_us: 'see your Minutes',
    ja_jp: 'Minutes を閲覧する',
  },
  'minutes:minutes.basic:read': {
    zh_cn: '查看妙记的基本信息',
    en_us: 'see basic details of your Minutes',
    ja_jp: 'Minutes の基本情報を閲覧する',
  },
  'minutes:minutes.search:read': {
    zh_cn: '搜索你的妙记',
    en_us: 'search your Minutes',
    ja_jp: 'Minutes を検索する',
  },
  'minutes:minutes.transcript:export': {
    zh_cn: '导出妙记的文字记录',
    en_us: 'export transcripts of your Minutes',
    ja_jp: 'Minutes の文字起こしを書き出す',
  },
} as const satisfies Record<string, Wording>
