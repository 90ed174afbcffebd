import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { environmentSchema } from '../../src/config/config-schema.ts'
import { root } from '../docs/markdown.ts'
import { freePort } from '../support/free-port.ts'
import { startService } from '../support/service.ts'
import { readCopy, readDockerfile, readPairs } from './dockerfile.ts'
import { faultsOfDockerfile } from './dockerfile-rules.ts'

const read = (path: string) => readFileSync(join(root, path), 'utf8')
const dockerfile = readDockerfile(read('deploy/Dockerfile'))
const named = (name: string) => dockerfile.filter((each) => each.name === name)
const sources = named('COPY')
  .map(readCopy)
  .filter(({ from }) => from === null)
  .flatMap((copy) => copy.sources)
const SOUND = `FROM debian:bookworm-slim
WORKDIR /app
USER 10001
HEALTHCHECK CMD ["true"]
`

describe('the Dockerfile', () => {
  it('breaks no rule', () => {
    expect(faultsOfDockerfile(dockerfile)).toEqual([])
  })

  it('copies what exists, and .dockerignore lets that through and nothing else', () => {
    expect(sources.filter((source) => !existsSync(join(root, source)))).toEqual([])
    const [first, ...allowed] = read('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
    expect(first).toBe('*')
    expect(allowed.toSorted()).toEqual([...new Set(sources)].map((path) => `!${path}`).sort())
  })

  it('installs packages before it copies the source, so that they stay in the cache', () => {
    const install = dockerfile.findIndex(({ rest }) => rest.includes('npm ci'))
    const copied = dockerfile.slice(0, install).filter(({ name }) => name === 'COPY')
    expect(copied.flatMap((copy) => readCopy(copy).sources)).toEqual([
      'package.json',
      'package-lock.json',
      'bench/package.json',
    ])
  })

  it('sets only variables that are read, and none of them holds a secret', () => {
    const known = [...Object.keys(environmentSchema.shape), 'NODE_ENV', 'npm_config_nodedir']
    const set = named('ENV').flatMap((env) => readPairs(env).map(([name]) => name))
    expect(set.length).toBeGreaterThan(3)
    expect(set.filter((name) => !known.includes(name))).toEqual([])
  })

  it('opens the ports of the defaults', () => {
    const { CALLBACK_SERVER_PORT, METRICS_PORT } = environmentSchema
      .pick({ CALLBACK_SERVER_PORT: true, METRICS_PORT: true })
      .parse({})
    expect(named('EXPOSE').map(({ rest }) => rest)).toEqual([
      `${CALLBACK_SERVER_PORT} ${METRICS_PORT}`,
    ])
  })

  it('has the command by its name, for whoever is inside', () => {
    const [name, script] = Object.entries<string>(JSON.parse(read('package.json')).bin)[0] ?? []
    const links = named('RUN').flatMap(({ rest }) => [...rest.matchAll(/ln -s (\S+) (\S+)/g)])
    expect(links.map(([, target, link]) => [target, link])).toEqual([
      [script?.replace('./', '/app/'), `/usr/local/bin/${name}`],
    ])
    expect(named('ENTRYPOINT')[0]?.rest).toContain(script?.replace('./', ''))
    expect(read('src/cli/main.ts')).toMatch(/^#!\/usr\/bin\/env node\n/)
  })

  it('is built on one base', () => {
    const bases = named('FROM').map(({ rest }) => rest.split(' ')[0])
    expect(new Set(bases).size).toBe(1)
  })
})

describe('the health check', () => {
  it('tells a service that runs from one that does not', async () => {
    const service = await startService()
    onTestFinished(() => service.close())
    expect(await check(new URL(service.url).port)).toBe(0)
    expect(await check(String(await freePort()))).toBe(1)
  })

  function check(port: string): Promise<number> {
    const script = join(root, 'deploy/healthcheck.mjs')
    return new Promise((resolve) => {
      const child = execFile(process.execPath, [script], { env: { CALLBACK_SERVER_PORT: port } })
      child.once('close', (code) => resolve(code ?? -1))
    })
  }
})

describe('the rules', () => {
  it.each([
    ['DL3002', SOUND.replace('10001', 'root')],
    ['DL3006', SOUND.replace(':bookworm-slim', '')],
    ['DL3007', SOUND.replace('bookworm-slim', 'latest')],
    ['DL3057', SOUND.replace('HEALTHCHECK CMD ["true"]', '')],
    ['DL3000', `${SOUND}WORKDIR app`],
    ['DL3020', `${SOUND}ADD a b`],
    ['DL3025', `${SOUND}CMD node main.js`],
    ['DL3025', `${SOUND.replace('["true"]', 'true')}`],
    ['DL4003', `${SOUND}CMD ["a"]\nCMD ["b"]`],
    ['DL4004', `${SOUND}ENTRYPOINT ["a"]\nENTRYPOINT ["b"]`],
    ['DL4006', `${SOUND}RUN ls | wc`],
    ['DL3003', `${SOUND}RUN cd /tmp && ls`],
    [
      'DL3008',
      `${SOUND}RUN apt-get install -y --no-install-recommends \\\n  jq && rm -rf /var/lib/apt/lists/*`,
    ],
    ['DL3009', `${SOUND}RUN apt-get install -y --no-install-recommends jq=1`],
    [
      'DL3014',
      `${SOUND}RUN apt-get install --no-install-recommends jq=1 && rm -rf /var/lib/apt/lists/*`,
    ],
    ['DL3015', `${SOUND}RUN apt-get install -y jq=1 && rm -rf /var/lib/apt/lists/*`],
    ['DL3016', `${SOUND}RUN npm install jq`],
    ['DL3021', `${SOUND}COPY a b c`],
    ['DL3022', `${SOUND}COPY --from=nowhere a b/`],
    ['DL3045', SOUND.replace('WORKDIR /app', 'COPY a b')],
    ['DL3046', `${SOUND}RUN useradd --uid 10001 me`],
    ['secret in API_TOKEN', `${SOUND}ENV API_TOKEN=abc`],
  ])('find %s', (fault, text) => {
    expect(faultsOfDockerfile(readDockerfile(text))).toEqual([fault])
  })

  it('find nothing wrong with a sound file', () => {
    expect(faultsOfDockerfile(readDockerfile(SOUND))).toEqual([])
  })
})
