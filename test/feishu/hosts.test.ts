import { describe, expect, it } from 'vitest'
import { isLoopback, resolveEndpoints } from '../../src/feishu/hosts.ts'

describe('resolveEndpoints', () => {
  it('knows the hosts of both brands', () => {
    expect(resolveEndpoints({ brand: 'feishu' })).toEqual({
      api: 'https://open.feishu.cn',
      accounts: 'https://accounts.feishu.cn',
      tokenUrl: 'https://open.feishu.cn/open-apis/authen/v2/oauth/token',
      appLink: 'https://applink.feishu.cn',
      console: 'https://open.feishu.cn',
    })
    expect(resolveEndpoints({ brand: 'lark' })).toEqual({
      api: 'https://open.larksuite.com',
      accounts: 'https://accounts.larksuite.com',
      tokenUrl: 'https://open.larksuite.com/open-apis/authen/v2/oauth/token',
      appLink: 'https://applink.larksuite.com',
      console: 'https://open.larksuite.com',
    })
  })

  it('takes overrides, and drops the slash that would make the SDK ask for //open-apis', () => {
    const endpoints = resolveEndpoints({
      brand: 'feishu',
      apiBaseUrl: 'http://127.0.0.1:4000/',
      accountsBaseUrl: 'http://127.0.0.1:4001//',
      appLinkBaseUrl: 'http://127.0.0.1:4002',
      tokenUrl: 'https://accounts.feishu.cn/oauth/v3/token',
    })
    expect(endpoints).toMatchObject({
      api: 'http://127.0.0.1:4000',
      accounts: 'http://127.0.0.1:4001',
      appLink: 'http://127.0.0.1:4002',
      tokenUrl: 'https://accounts.feishu.cn/oauth/v3/token',
    })
  })

  it('puts the v2 token endpoint on the overridden API host', () => {
    expect(resolveEndpoints({ brand: 'lark', apiBaseUrl: 'http://localhost:1' }).tokenUrl).toBe(
      'http://localhost:1/open-apis/authen/v2/oauth/token',
    )
  })
})

describe('isLoopback', () => {
  it.each([
    'http://127.0.0.1:80',
    'http://127.9.9.9',
    'http://127.1',
    'http://localhost:3000',
    'http://feishu.localhost',
    'http://[::1]:1/x',
    'http://[0:0:0:0:0:0:0:1]',
  ])('finds %s on this machine', (url) => expect(isLoopback(url)).toBe(true))
  it.each([
    'https://open.feishu.cn',
    'http://10.0.0.1',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'http://[::2]',
  ])('finds %s elsewhere', (url) => expect(isLoopback(url)).toBe(false))
})
