// The product, embedded as a library.

/** Opens the product on a database that holds its grants. */
export async function open({ libraryUrl, databasePath, keys, appId, endpointUrl }) {
  const { createCardAuth } = await import(libraryUrl)
  const auth = await createCardAuth({
    appId,
    appSecret: 'bench',
    redirectUri: 'http://127.0.0.1:9/callback',
    encryptionKeys: keys,
    database: `file:${databasePath}`,
    apiBaseUrl: endpointUrl,
    accountsBaseUrl: endpointUrl,
  })
  await auth.start()
  return {
    async read(openId) {
      return (await auth.getUserAccessToken({ openId })).accessToken
    },
    async refresh(openId) {
      return (await auth.refreshUserAccessToken({ openId })).accessToken
    },
    close: () => auth.close(),
  }
}
