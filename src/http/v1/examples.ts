import type { ComponentName } from './operations.ts'

const PERSON = 'ou_7d8a6e6df7621556ce0d21922b676706'
const APP = 'cli_a1b2c3d4e5f60718'

const session = {
  session_id: '6b1f6f0e-3a52-4a0e-9d1c-2f7f0a9b6c11',
  app_id: APP,
  open_id: PERSON,
  state: 'pending',
  end_reason: null,
  auth_method: 'websocket_card',
  scopes: ['calendar:calendar:readonly'],
  granted_scopes: null,
  reason: 'Find a time for the review',
  last_failure: null,
  card: { message_id: 'om_dc13264520392913993dd051dba21dcf', shows: 'pending', look: 'asking' },
  created_at: '2026-11-20T08:00:00.000Z',
  expires_at: '2026-11-20T08:10:00.000Z',
  ended_at: null,
}

/** What each schema looks like filled in; nothing here is anybody's secret. */
export const examples: Record<ComponentName, object> = {
  NewSession: {
    open_id: PERSON,
    scopes: ['calendar:calendar:readonly'],
    reason: 'Find a time for the review',
  },
  TokenRequest: {
    open_id: PERSON,
    scopes: ['calendar:calendar:readonly'],
    reason: 'Find a time for the review',
    wait: 30,
  },
  RefreshRequest: { app_id: APP },
  Session: session,
  SessionPage: { sessions: [session], next_cursor: null },
  WaitingSession: { ...session, advice: null },
  Token: {
    access_token: 'the-user-access-token',
    token_type: 'Bearer',
    expires_at: '2026-11-20T10:00:00.000Z',
    scopes: ['calendar:calendar:readonly'],
    open_id: PERSON,
    app_id: APP,
  },
  Problem: {
    type: 'urn:feishu-card-auth:problem:authorization_required',
    title: 'The person must authorize first',
    status: 404,
    code: 'authorization_required',
    detail: 'This person has not authorized the app yet.',
    request_id: '0f8fad5bd9cb469fa165',
    missing_scopes: ['calendar:calendar:readonly'],
  },
}
