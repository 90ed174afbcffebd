/** The tokens of one reply of the token endpoint; lifetimes in seconds. */
export type TokenReply = {
  accessToken: string
  expiresIn: number
  refreshToken: string | null
  refreshTokenExpiresIn: number | null
  scopes: readonly string[]
}
