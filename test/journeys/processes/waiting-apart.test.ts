import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FeishuEmulator, startFeishuEmulator } from '../../../src/emulator/index.ts'
import { borrowDatabase, startPostgres } from '../../support/postgres.ts'
import { createDeployment, type Deployment } from '../../support/processes/deployment.ts'
import { createPerson, type Person } from '../../support/processes/person.ts'
import { until } from '../../support/processes/until.ts'
import { type Service, startService } from '../../support/service.ts'

const server = await startPostgres()

if ('skipped' in server) {
  console.warn(`Waiting on another instance is not tested: ${server.skipped}.`)
  describe.skip(`waiting on another instance: ${server.skipped}`, () => {
    it.skip('is not tested', () => {})
  })
} else {
  describe('whoever waits on another instance', () => {
    let emulator: FeishuEmulator
    let deployment: Deployment
    let one: Service
    let other: Service
    let url: string
    beforeAll(async () => {
      url = (await borrowDatabase(server.url)).url
      emulator = await startFeishuEmulator()
      deployment = await createDeployment(emulator, url)
      const env = { ...deployment.env, CALLBACK_SERVER_PORT: '0' }
      one = await startService({ emulator, env })
      other = await startService({ emulator, env })
    }, 120_000)
    afterAll(async () => {
      await one?.close()
      await other?.close()
      await emulator?.close()
      await server.stop()
    })

    const someone = (index: number): Person =>
      createPerson(emulator, emulator.people[index]?.openId ?? '')

    const kill = async (connections: string): Promise<number> => {
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      const { rows } = await client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
           where application_name like $1 and datname = current_database()`,
        [connections],
      )
      await client.end()
      return rows.length
    }

    it.each([
      ['the connection that listens', 'feishu-card-auth tidings', 1],
      ['every connection', 'feishu-card-auth%', 2],
    ])('is told of the end although %s was killed meanwhile', async (_, connections, index) => {
      const person = someone(index)
      const { session_id: id } = await deployment.ask(one.url, person.openId)
      await person.cardTurns('blue')
      const waiting = deployment.session(other.url, id, 60)
      await until('they wait', async () => (await other.metric('lark_service_waiters')) === 1)
      await until('the connection is there and killed', () => kill(connections))
      // A statement on a connection whose end was not noticed yet fails; their tap comes a moment later.
      await until('the other one has connections again', async () => {
        return (await deployment.api(one.url, `/v1/sessions/${id}`)).ok
      })
      const callback = await person.consents(one.url)
      expect((await fetch(callback)).status).toBe(200)
      expect(await waiting).toMatchObject({ session_id: id, state: 'completed' })
      expect(await other.metric('lark_service_waiters')).toBe(0)
    })
  })
}
