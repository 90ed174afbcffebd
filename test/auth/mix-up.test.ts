import { expect, it } from 'vitest'
import { isMixedUp, type RedirectFacts } from '../../src/auth/mix-up.ts'
import { APP } from '../support/domain.ts'

const ours = {
  ...APP,
  redirectUri: 'https://auth.example.com/callback',
  issuers: ['https://accounts.feishu.cn', 'https://open.feishu.cn'],
}
const other = { ...ours, appId: 'cli_other', redirectUri: 'https://auth.example.com/lark/callback' }

it.each<[string, RedirectFacts, boolean]>([
  ['says nothing of itself', {}, false],
  ['names an issuer of the app', { issuer: 'https://accounts.feishu.cn' }, false],
  ['names it with a path', { issuer: 'https://open.feishu.cn/oauth/v1' }, false],
  ['names another issuer', { issuer: 'https://accounts.larksuite.com' }, true],
  ['names an issuer on another port', { issuer: 'https://accounts.feishu.cn:8443' }, true],
  ['names what is no address', { issuer: 'feishu' }, true],
  ['names nothing', { issuer: '' }, true],
  ['arrives where it should', { path: '/callback' }, false],
  ['arrives where a proxy has put it', { path: '/behind/a/proxy' }, false],
  ['arrives at the address of another app', { path: '/lark/callback' }, true],
  [
    'is right in one and wrong in the other',
    { issuer: 'https://open.feishu.cn', path: '/lark/callback' },
    true,
  ],
])('a redirect that %s: mixed up is %s', (_name, facts, isMixed) => {
  expect(isMixedUp(ours, [ours, other], facts)).toBe(isMixed)
})

it('an app whose issuers nobody knows takes any', () => {
  const app = { ...ours, issuers: undefined }
  expect(isMixedUp(app, [app], { issuer: 'https://anybody.example' })).toBe(false)
})

it('two apps of one address cannot be told apart by it', () => {
  const twin = { ...other, redirectUri: ours.redirectUri }
  expect(isMixedUp(ours, [ours, twin], { path: '/callback' })).toBe(false)
})
