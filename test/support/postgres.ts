import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { leftOut } from './left-out.ts'

/** A private Postgres, or the reason why there is none and its tests are skipped. */
export type PrivatePostgres = { url: string; stop: () => Promise<void> } | { skipped: string }

const INSTALLED = '/usr/lib/postgresql'

/**
 * Starts a Postgres of our own from the installed binaries, in a temporary folder on a free port.
 *
 * `TEST_POSTGRES_URL` takes its place: then a database with a random name is made there and dropped again.
 */
export async function startPostgres(): Promise<PrivatePostgres> {
  const given = process.env.TEST_POSTGRES_URL
  if (given !== undefined && given !== '') return borrowDatabase(given)
  const bin = findBinaries()
  if (bin === null) {
    return { skipped: leftOut(`no Postgres in ${INSTALLED} and no TEST_POSTGRES_URL`) }
  }
  const user = findUser()
  if (user === null) {
    return { skipped: leftOut('Postgres refuses root and there is no user "postgres"') }
  }
  return startServer(bin, user)
}

type User = { uid: number; gid: number }

function findBinaries(): string | null {
  try {
    const newest = readdirSync(INSTALLED).sort((a, b) => Number(b) - Number(a))[0]
    return newest === undefined ? null : join(INSTALLED, newest, 'bin')
  } catch {
    return null
  }
}

/** Postgres does not run as root; its own user owns the folder where its sockets live. */
function findUser(): User | null {
  const uid = process.getuid?.() ?? 0
  if (uid !== 0) return { uid, gid: process.getgid?.() ?? uid }
  try {
    const { uid: owner, gid } = statSync('/var/lib/postgresql')
    return owner === 0 ? null : { uid: owner, gid }
  } catch {
    return null
  }
}

async function startServer(bin: string, user: User): Promise<PrivatePostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'fca-pg-'))
  chownSync(folder, user.uid, user.gid)
  const cluster = join(folder, 'cluster')
  const run = (program: string, args: string[]) => runAs(user, folder, join(bin, program), args)
  const port = await findFreePort()
  try {
    await run('initdb', ['-D', cluster, '-U', 'test', '-A', 'trust', '-E', 'UTF8', '--no-sync'])
    const settings = `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=60`
    await run('pg_ctl', ['-D', cluster, '-l', join(folder, 'log'), '-o', settings, '-w', 'start'])
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
  const pid = Number.parseInt(readFileSync(join(cluster, 'postmaster.pid'), 'utf8'), 10)
  const stopAtExit = () => process.kill(pid, 'SIGQUIT')
  process.once('exit', stopAtExit)
  return {
    url: `postgres://test@127.0.0.1:${port}/postgres`,
    async stop() {
      process.off('exit', stopAtExit)
      await run('pg_ctl', ['-D', cluster, '-m', 'immediate', '-w', 'stop'])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function runAs(user: User, folder: string, program: string, args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    // The server inherits these streams and outlives pg_ctl: a pipe would never end.
    const child = spawn(program, args, { ...user, cwd: folder, stdio: 'ignore' })
    child.on('error', reject)
    child.on('exit', (code) => {
      if (code === 0) resolve()
      else reject(new Error(`${program} ended with ${code}; its log is ${folder}/log`))
    })
  })
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port)
        else reject(new Error('The system gave no port.'))
      })
    })
  })
}

/** Creates an empty database on a server and returns its URL and the way to drop it. */
export async function borrowDatabase(
  serverUrl: string,
): Promise<{ url: string; stop: () => Promise<void> }> {
  const name = `fca_test_${randomBytes(6).toString('hex')}`
  await runStatement(serverUrl, `create database ${name}`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return {
    url: url.href,
    stop: () => runStatement(serverUrl, `drop database if exists ${name} with (force)`),
  }
}

async function runStatement(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
