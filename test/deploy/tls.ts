import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import { request } from 'node:https'
import { connect } from 'node:net'
import { join } from 'node:path'

/** The host name in the examples. */
export const HOST = 'auth.example.com'

/** One request over TLS as `HOST`. */
export type Ask = {
  method?: string
  headers?: Record<string, string>
  body?: string
  /** Another address of the loopback network, to be somebody else. */
  from?: string
}

/** What came back. */
export type Answer = { status: number; headers: IncomingHttpHeaders; text: string }

const OPENSSL = 'openssl'

/** Makes `fullchain.pem` and `privkey.pem` in a folder, self-signed, so that it is its own authority; gives the first. */
export function makeCertificate(folder: string): string {
  const path = join(folder, 'fullchain.pem')
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const files = ['-keyout', join(folder, 'privkey.pem'), '-out', path]
  const name = ['-subj', `/CN=${HOST}`, '-addext', `subjectAltName=DNS:${HOST}`]
  execFileSync(OPENSSL, ['req', '-x509', ...key, '-days', '2', ...files, ...name], {
    stdio: 'ignore',
  })
  return readFileSync(path, 'utf8')
}

/** Whether somebody listens on a port of this machine. */
export function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

/** Sends one request to a port of this machine; the certificate is checked. */
export function askOver(port: number, ca: string, path: string, options: Ask): Promise<Answer> {
  const { method = 'GET', headers = {}, body, from = '127.0.0.1' } = options
  const tls = { ca, servername: HOST, localAddress: from, agent: false }
  const host = { host: '127.0.0.1', port, headers: { host: `${HOST}:${port}`, ...headers } }
  return new Promise((resolve, reject) => {
    const asked = request({ ...host, ...tls, method, path }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('error', reject)
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString()
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
      })
    })
    asked.once('error', reject)
    asked.end(body)
  })
}
