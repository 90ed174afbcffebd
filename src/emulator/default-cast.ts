import type { EmulatedApp, EmulatedPerson } from './cast.ts'

const tenantKey = '2ed263bf32cf1651'

/** The app a new emulator starts with. */
export function defaultApp(): EmulatedApp {
  return {
    appId: 'cli_0123456789abcdef',
    appSecret: 'emulated-app-secret-0123456789ab',
    name: 'Weekly Report Bot',
    redirectUris: [],
    scopes: [
      'offline_access',
      'auth:user.id:read',
      'auth:user_access_token:read',
      'contact:contact.base:readonly',
      'contact:user.base:readonly',
      'contact:user.email:readonly',
      'contact:user.employee:readonly',
      'contact:user.employee_id:readonly',
      'contact:department.base:readonly',
      'calendar:calendar:readonly',
      'calendar:calendar.event:read',
      'docx:document:readonly',
      'drive:drive:readonly',
      'im:message',
      'im:message:readonly',
      'im:chat:readonly',
      'task:task:read',
      'task:task:write',
      'mail:user_mailbox.message:readonly',
      'sheets:spreadsheet:readonly',
      'wiki:wiki:readonly',
      'application:application:self_manage',
    ],
    refreshAllowed: true,
    enabled: true,
    installed: true,
    botEnabled: true,
    botStatus: 2,
    isPublished: true,
    isWaiting: false,
    cardCallback: 'new',
  }
}

/** The three people a new emulator starts with; their ids are fixed so that tests can name them. */
export function defaultPeople(): EmulatedPerson[] {
  return [
    {
      openId: 'ou_11111111111111111111111111111111',
      unionId: 'on_11111111111111111111111111111111',
      userId: '1a1a1a1a',
      name: '林夏',
      enName: 'Lin Xia',
      tenantKey,
      locale: 'zh_cn',
      status: 'active',
      available: true,
    },
    {
      openId: 'ou_22222222222222222222222222222222',
      unionId: 'on_22222222222222222222222222222222',
      userId: '2b2b2b2b',
      name: 'Alex Chen',
      enName: 'Alex Chen',
      tenantKey,
      locale: 'en_us',
      status: 'active',
      available: true,
    },
    {
      openId: 'ou_33333333333333333333333333333333',
      unionId: 'on_33333333333333333333333333333333',
      userId: '3c3c3c3c',
      name: '佐藤 葵',
      enName: 'Sato Aoi',
      tenantKey,
      locale: 'ja_jp',
      status: 'active',
      available: true,
    },
  ]
}

/** The open_id of the emulated bot. */
export const botOpenId = 'ou_b07b07b07b07b07b07b07b07b07b07b0'

/** The group chat every person and the bot are in. */
export const groupChat = { chatId: 'oc_a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0', name: 'Project Aurora' }
