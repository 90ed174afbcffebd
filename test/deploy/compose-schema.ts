import { z } from 'zod'

const names = z.array(z.string())
const texts = z.record(z.string(), z.string())

/** A service, with the keys of the Compose Specification that are used here (https://github.com/compose-spec/compose-spec). */
const service = z.strictObject({
  profiles: names.min(1),
  image: z.string(),
  build: z.strictObject({ context: z.string(), dockerfile: z.string(), args: texts }).optional(),
  command: names.optional(),
  env_file: z.array(z.strictObject({ path: z.string(), required: z.boolean() })).optional(),
  environment: texts.optional(),
  secrets: names.optional(),
  volumes: names.optional(),
  tmpfs: names.optional(),
  ports: names.optional(),
  healthcheck: z.strictObject({ test: names, interval: z.string() }).optional(),
  restart: z.enum(['no', 'always', 'on-failure', 'unless-stopped']),
  read_only: z.boolean(),
  cap_drop: names,
  cap_add: names.optional(),
  security_opt: names,
  stop_grace_period: z
    .string()
    .regex(/^\d+s$/)
    .optional(),
  logging: z.strictObject({ driver: z.string() }),
})

/** A Compose file, as far as it is used here; whatever else is in one is refused. */
export const composeFile = z.strictObject({
  name: z.string(),
  'x-hardened': z.unknown(),
  'x-image': z.unknown(),
  services: z.record(z.string(), service),
  secrets: z.record(z.string(), z.strictObject({ file: z.string() })),
  volumes: z.record(z.string(), z.null()),
  networks: z.strictObject({
    default: z.strictObject({
      ipam: z.strictObject({
        config: z.array(z.strictObject({ subnet: z.cidrv4(), gateway: z.ipv4() })),
      }),
    }),
  }),
})
