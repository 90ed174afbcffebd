import { z } from 'zod'

/** A schema is JSON Schema 2020-12 itself (https://spec.openapis.org/oas/v3.1.0#schema-object). */
const schema = z.record(z.string(), z.unknown()).refine((value) => !('nullable' in value), {
  message: 'nullable is of OpenAPI 3.0',
})
const header = z.strictObject({ description: z.string(), schema })
const mediaType = z.strictObject({ schema })
const content = z.record(z.stringFormat('media-type', /^[\w-]+\/[\w+.-]+$/), mediaType)

const parameter = z
  .strictObject({
    name: z.string().min(1),
    in: z.enum(['path', 'query', 'header']),
    required: z.boolean(),
    description: z.string().optional(),
    style: z.enum(['simple', 'form']).optional(),
    explode: z.boolean().optional(),
    schema,
    example: z.unknown().optional(),
  })
  .refine((value) => value.in !== 'path' || value.required, 'a path parameter is required')

const response = z.strictObject({
  description: z.string().min(1),
  headers: z.record(z.string(), header).optional(),
  content: content.optional(),
})

const operation = z.strictObject({
  operationId: z.string().regex(/^\w+$/),
  summary: z.string().min(1),
  parameters: z
    .array(parameter)
    .refine(
      (all) => new Set(all.map((each) => `${each.in} ${each.name}`)).size === all.length,
      'a parameter is there twice',
    ),
  requestBody: z.strictObject({ required: z.boolean(), content }).optional(),
  responses: z.record(z.stringFormat('status', /^[1-5]\d\d$/), response),
})

/** A request that the product sends; its receiver answers as it likes. */
const webhook = z.looseObject({
  summary: z.string().min(1),
  requestBody: z.looseObject({ content }),
  responses: z.record(z.stringFormat('status', /^([1-5](\d\d|XX)|default)$/), response),
})

/** What this product uses of OpenAPI 3.1, as strict as its specification (https://spec.openapis.org/oas/v3.1.0). */
export const openApi31 = z.strictObject({
  openapi: z.stringFormat('version', /^3\.1\.\d+$/),
  info: z.strictObject({
    title: z.string().min(1),
    version: z.string().min(1),
    description: z.string(),
  }),
  servers: z.array(z.strictObject({ url: z.string() })).min(1),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  paths: z.record(
    z.stringFormat('path', /^\//),
    z.strictObject({
      get: operation.optional(),
      post: operation.optional(),
      delete: operation.optional(),
    }),
  ),
  webhooks: z.record(z.string(), z.strictObject({ post: webhook })),
  components: z.strictObject({
    schemas: z.record(z.stringFormat('component', /^[A-Za-z0-9._-]+$/), schema),
    securitySchemes: z.record(
      z.string(),
      z.strictObject({
        type: z.literal('http'),
        scheme: z.string(),
        description: z.string().optional(),
      }),
    ),
  }),
})

type Document = { components: { schemas: Record<string, unknown> } }

/** Makes a validator of a schema in a document; members beside a reference hold as well. */
export function schemaIn(document: Document, described: Record<string, unknown>): z.ZodType {
  const { $ref, ...beside } = described
  if (typeof $ref !== 'string') return z.fromJSONSchema(described)
  const name = $ref.replace('#/components/schemas/', '')
  const component = document.components.schemas[name]
  if (typeof component !== 'object' || component === null) throw new Error(`no schema ${name}`)
  const referred = z.fromJSONSchema({ ...component })
  return Object.keys(beside).length === 0
    ? referred
    : z.intersection(referred, z.fromJSONSchema({ type: 'object', ...beside }))
}
