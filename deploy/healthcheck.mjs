// Whether the service in this container is alive; for images without curl.
const port = process.env.CALLBACK_SERVER_PORT || 8000
const signal = AbortSignal.timeout(4000)
const isAlive = await fetch(`http://127.0.0.1:${port}/livez`, { signal }).then(
  ({ ok }) => ok,
  () => false,
)
process.exitCode = isAlive ? 0 : 1
