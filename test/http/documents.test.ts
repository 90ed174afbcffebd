import { Validator } from '@seriousme/openapi-schema-validator'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ENDPOINTS } from '../../src/http/endpoints.ts'
import { PROBLEMS } from '../../src/http/problem.ts'
import { examples } from '../../src/http/v1/examples.ts'
import { fakeAuth } from './fake-auth.ts'
import { openApi31, schemaIn } from './open-api-schema.ts'
import { serve } from './serve.ts'

const parameter = z.looseObject({
  name: z.string(),
  in: z.enum(['path', 'query', 'header']),
  required: z.boolean(),
  schema: z.looseObject({}),
})
const operation = z.looseObject({
  operationId: z.string(),
  parameters: z.array(parameter),
  responses: z.record(
    z.string(),
    z.object({
      description: z.string().min(1),
      headers: z.record(z.string(), z.unknown()).optional(),
      content: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
})
const openApiDocument = z.looseObject({
  paths: z.record(z.string(), z.record(z.enum(['get', 'post', 'delete']), operation.optional())),
  components: z.looseObject({ schemas: z.record(z.string(), z.looseObject({})) }),
})

async function openApi() {
  const { get } = await serve(fakeAuth())
  const response = await get('/openapi.json')
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toContain('application/json')
  return openApiDocument.parse(await response.json())
}

/** Every object in a document, however deep. */
function* objectsIn(value: unknown): Generator<Record<string, unknown>> {
  if (Array.isArray(value)) for (const item of value) yield* objectsIn(item)
  else if (typeof value === 'object' && value !== null) {
    yield value as Record<string, unknown>
    for (const item of Object.values(value)) yield* objectsIn(item)
  }
}

describe('/openapi.json', () => {
  it('is OpenAPI 3.1 of this version, behind a bearer key', async () => {
    const document = await openApi()
    expect(document).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'feishu-card-auth', version: '1.2.3' },
      security: [{ apiKey: [] }],
      components: { securitySchemes: { apiKey: { type: 'http', scheme: 'bearer' } } },
    })
  })

  it('describes exactly the routes of /v1', async () => {
    const { paths } = await openApi()
    expect(Object.keys(paths).sort()).toEqual(
      ENDPOINTS.filter((endpoint) => endpoint.startsWith('/v1')).sort(),
    )
  })

  it('is valid by the official schema of OpenAPI 3.1, which finds what is not', async () => {
    const document = await openApi()
    const validator = new Validator()
    expect(await validator.validate(document)).toEqual({ valid: true })
    expect(validator.version).toBe('3.1')
    const { paths } = document
    const broken = { ...document, paths: { ...paths, 'no-slash': { get: { responses: 7 } } } }
    expect(await new Validator().validate(broken)).toMatchObject({ valid: false })
  })

  it('is a valid document of its version', async () => {
    const { get } = await serve(fakeAuth())
    expect(openApi31.safeParse(await (await get('/openapi.json')).json()).error).toBeUndefined()
  })

  it('fills every schema in, and the examples are what they are examples of', async () => {
    const document = await openApi()
    for (const [name, example] of Object.entries(examples)) {
      const reference = { $ref: `#/components/schemas/${name}` }
      expect(schemaIn(document, reference).safeParse(example).error, name).toBeUndefined()
    }
    expect(Object.keys(document.components.schemas).sort()).toEqual(Object.keys(examples).sort())
  })

  it('lets every POST, and nothing else, be repeated with a key', async () => {
    const { paths } = await openApi()
    for (const item of Object.values(paths)) {
      for (const [method, operation] of Object.entries(item)) {
        if (!operation) continue
        const headers = operation.parameters.filter((each) => each.in === 'header')
        expect(headers.map(({ name }) => name)).toEqual(
          method === 'post' ? ['Idempotency-Key'] : [],
        )
        const mayReplay = operation.responses['200']?.headers ?? {}
        expect('Idempotency-Replayed' in mayReplay).toBe(method === 'post')
        if (method === 'post') expect(operation.responses).toHaveProperty('409')
      }
    }
  })

  it('names the codes of every status', async () => {
    const { paths } = await openApi()
    const ofProblem = z.object({
      schema: z.object({ properties: z.object({ code: z.object({ enum: z.array(z.string()) }) }) }),
    })
    const operations = Object.values(paths).flatMap((item) => Object.values(item))
    for (const [status, { content }] of operations.flatMap((each) =>
      Object.entries(each?.responses ?? {}),
    )) {
      if (Number(status) < 400) continue
      const { schema } = ofProblem.parse(content?.['application/problem+json'])
      for (const code of schema.properties.code.enum) {
        expect(PROBLEMS).toHaveProperty(code, expect.objectContaining({ status: Number(status) }))
      }
    }
  })

  it('refers only to schemas that are there', async () => {
    const document = await openApi()
    const references = [...objectsIn(document)].flatMap(({ $ref }) => ($ref ? [String($ref)] : []))
    expect(references.length).toBeGreaterThan(10)
    for (const reference of references) {
      const name = /^#\/components\/schemas\/(\w+)$/.exec(reference)?.[1] ?? reference
      expect(document.components.schemas).toHaveProperty(name)
    }
  })

  it('gives every operation an id of its own, its path parameters and its problems', async () => {
    const { paths } = await openApi()
    const ids = new Set<unknown>()
    for (const [path, item] of Object.entries(paths)) {
      for (const operation of Object.values(item)) {
        if (!operation) continue
        ids.add(operation.operationId)
        const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
        const declared = operation.parameters
          .filter((parameter) => parameter.in === 'path')
          .map((parameter) => [parameter.name, parameter.required])
        expect(declared).toEqual(inPath.map((name) => [name, true]))
        const responses = Object.entries(operation.responses)
        expect(responses.map(([status]) => status)).toEqual(
          expect.arrayContaining(['400', '401', '429', '500']),
        )
        for (const [status, response] of responses) {
          const type = Number(status) < 400 ? 'application/json' : 'application/problem+json'
          expect(Object.keys(response.content ?? {})).toEqual(status === '204' ? [] : [type])
          const maySayWhen = status === '429' || status === '503'
          if (maySayWhen) expect(response.headers).toHaveProperty('Retry-After')
        }
      }
    }
    expect(ids.size).toBe(8)
  })

  it('tells the limits that are enforced', async () => {
    const { paths, components } = await openApi()
    const schemas = components.schemas
    expect(schemas.NewSession).toMatchObject({
      type: 'object',
      required: ['open_id'],
      additionalProperties: false,
      properties: { open_id: { pattern: '^ou_[A-Za-z0-9_-]{1,64}$' } },
    })
    expect(JSON.stringify(schemas.NewSession)).toContain('"maxLength":200')
    const parameters = (path: string) => paths?.[path]?.get?.parameters ?? []
    const find = (path: string, name: string) =>
      parameters(path).find((parameter) => parameter.name === name)
    expect(find('/v1/sessions/{session_id}', 'wait')?.schema).toMatchObject({
      type: 'integer',
      minimum: 0,
      maximum: 60,
    })
    expect(find('/v1/tokens/{open_id}', 'scopes')).toMatchObject({
      style: 'form',
      explode: false,
      schema: { type: 'array', maxItems: 50 },
    })
    expect([...objectsIn(await openApi())].some((part) => '$schema' in part)).toBe(false)
  })
})

describe('/docs', () => {
  it('names every call and every error code', async () => {
    const { get } = await serve(fakeAuth())
    const response = await get('/docs')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toContain('text/html')
    const page = await response.text()
    for (const endpoint of ENDPOINTS.filter((path) => path.startsWith('/v1'))) {
      expect(page).toContain(`<code>${endpoint}</code>`)
    }
    expect(page).toContain('id="authorization_required"')
    expect(page).toContain('open_id')
    expect(Buffer.byteLength(page)).toBeLessThan(15_000)
  })
})
