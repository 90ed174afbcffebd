// Who is in the databases of the bench: the same people, with the same tokens, for every contestant.

/** The app that all of them authorized. */
export const APP_ID = 'cli_be9c4be9c4be9c40'
/** Feishu's tokens are 1 to 2 KB. */
const TOKEN_LENGTH = 1200
const FILLING = 'x'.repeat(TOKEN_LENGTH)

/** The person with this number. */
export function openIdOf(number) {
  return `ou_${number.toString(16).padStart(32, '0')}`
}

/** Their access token in the database. */
export function accessTokenOf(openId) {
  return `stored.${openId}.${FILLING}`.slice(0, TOKEN_LENGTH)
}

/** Their refresh token in the database; the endpoint of the bench takes it once. */
export function refreshTokenOf(openId) {
  return `renew.${openId}.0.${FILLING}`.slice(0, TOKEN_LENGTH)
}

/** Tells whether a token is one of this person's, the stored one or one that the endpoint gave. */
export function isTokenOf(token, openId) {
  return token.startsWith(`stored.${openId}.`) || isFresh(token, openId)
}

/** Tells whether the endpoint gave this token. */
export function isFresh(token, openId) {
  return token.startsWith(`fresh.${openId}.`)
}
