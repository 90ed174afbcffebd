import type { Wording } from './wording.ts'

/** Identity, directory and approvals. */
export const PEOPLE_SCOPES = {
  offline_access: {
    zh_cn: '你不在时也保持访问，直到你撤销授权',
    en_us: 'keep access while you are away, until you revoke it',
    ja_jp: 'あなたが不在の間も、取り消されるまでアクセスを続ける',
  },
  'auth:user.id:read': {
    zh_cn: '获取你的用户 ID',
    en_us: 'see your user ID',
    ja_jp: 'あなたのユーザー ID を確認する',
  },
  'contact:user.base:readonly': {
    zh_cn: '查看姓名和头像',
    en_us: 'see names and profile photos',
    ja_jp: '氏名とプロフィール写真を閲覧する',
  },
  'contact:user.basic_profile:readonly': {
    zh_cn: '查看个人基本资料',
    en_us: 'see basic profiles',
    ja_jp: '基本プロフィールを閲覧する',
  },
  'contact:contact.base:readonly': {
    zh_cn: '查看通讯录的基本信息',
    en_us: 'see basic directory information',
    ja_jp: '連絡先の基本情報を閲覧する',
  },
  'contact:user.employee:readonly': {
    zh_cn: '查看职位等任职信息',
    en_us: 'see job details such as titles',
    ja_jp: '役職などの雇用情報を閲覧する',
  },
  'contact:user.employee_id:readonly': {
    zh_cn: '查看员工的用户 ID',
    en_us: 'see the user IDs of members',
    ja_jp: 'メンバーのユーザー ID を閲覧する',
  },
  'contact:user.id:readonly': {
    zh_cn: '通过手机号或邮箱查找用户 ID',
    en_us: 'find user IDs by phone or email',
    ja_jp: '電話番号やメールからユーザー ID を調べる',
  },
  'contact:user.email:readonly': {
    zh_cn: '查看邮箱地址',
    en_us: 'see email addresses',
    ja_jp: 'メールアドレスを閲覧する',
  },
  'contact:user.phone:readonly': {
    zh_cn: '查看手机号码',
    en_us: 'see phone numbers',
    ja_jp: '電話番号を閲覧する',
  },
  'contact:user.department:readonly': {
    zh_cn: '查看成员所属的部门',
    en_us: 'see which departments people belong to',
    ja_jp: 'メンバーの所属部署を閲覧する',
  },
  'contact:department.base:readonly': {
    zh_cn: '查看部门的基本信息',
    en_us: 'see basic department information',
    ja_jp: '部署の基本情報を閲覧する',
  },
  'contact:user:search': {
    zh_cn: '搜索同事',
    en_us: 'search for colleagues',
    ja_jp: '同僚を検索する',
  },
  'approval:approval': {
    zh_cn: '查看和管理审批',
    en_us: 'see and manage approvals',
    ja_jp: '承認を閲覧・管理する',
  },
  'approval:approval:readonly': {
    zh_cn: '查看审批信息',
    en_us: 'see approvals',
    ja_jp: '承認を閲覧する',
  },
  'approval:instance:read': {
    zh_cn: '查看审批申请',
    en_us: 'see approval requests',
    ja_jp: '承認申請を閲覧する',
  },
  'approval:instance:write': {
    zh_cn: '发起和撤回审批申请',
    en_us: 'submit and withdraw approval requests',
    ja_jp: '承認申請を提出・取り下げる',
  },
  'approval:task:read': {
    zh_cn: '查看待你处理的审批',
    en_us: 'see approvals waiting for you',
    ja_jp: 'あなたの承認待ちを閲覧する',
  },
  'approval:task:write': {
    zh_cn: '替你处理审批',
    en_us: 'act on approvals for you',
    ja_jp: 'あなたに代わって承認を処理する',
  },
} as const satisfies Record<string, Wording>
