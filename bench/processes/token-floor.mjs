// The floor of `GET /v1/tokens/{open_id}`: bare Express, the prepared read and the AES-GCM of floor.mjs, JSON. No keys, limits,
// headers, logs or metrics.
import express from 'express'
import { openFloor } from '../contestants/floor.mjs'

const { databasePath, keys, appId } = JSON.parse(process.argv[2])
const read = openFloor({ databasePath, keys, appId })
const app = express()
app.disable('x-powered-by')
app.disable('etag')

app.get('/v1/tokens/:openId', ({ params: { openId } }, response) => {
  const { accessToken, expiresAt, scopes } = read(openId)
  response.json({
    access_token: accessToken,
    token_type: 'Bearer',
    expires_at: new Date(expiresAt).toISOString(),
    scopes,
    open_id: openId,
    app_id: appId,
  })
})

const server = app.listen(0, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${server.address().port}`
  console.log(JSON.stringify({ event: 'service_ready', url }))
})
