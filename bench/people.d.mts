export const APP_ID: string
export function openIdOf(number: number): string
export function accessTokenOf(openId: string): string
export function refreshTokenOf(openId: string): string
export function isTokenOf(token: string, openId: string): boolean
export function isFresh(token: string, openId: string): boolean
