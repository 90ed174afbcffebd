import { CardAuthError } from '../errors.ts'

/** Feishu takes this refresh token no more; only a new consent of the person helps. */
export class RefreshTokenRefusedError extends CardAuthError {
  readonly code = 'authorization_required'
  readonly feishuCode: number | undefined
  readonly logId: string | undefined

  constructor(
    says: string,
    facts: { feishuCode?: number | undefined; logId?: string | undefined; cause: unknown },
  ) {
    super(`${says} The person must authorize again.`, { cause: facts.cause })
    this.feishuCode = facts.feishuCode
    this.logId = facts.logId
  }
}
