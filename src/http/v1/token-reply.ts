import type { z } from 'zod'
import type { UserAccessToken } from '../../auth/grant.ts'
import type { tokenReply } from './schemas.ts'

/** Writes a token for a caller who may have it. */
export function toTokenReply(token: UserAccessToken): z.infer<typeof tokenReply> {
  return {
    access_token: token.accessToken,
    token_type: 'Bearer',
    expires_at: token.expiresAt.toISOString(),
    scopes: [...token.scopes],
    open_id: token.openId,
    app_id: token.appId,
  }
}
