import { z } from 'zod'

// The fields that are used here, as https://kubernetes.io/docs/reference/kubernetes-api and the API of the Prometheus Operator
// have them; whatever else is in a manifest is refused, so a misspelled field does not pass.

const labels = z.record(z.string(), z.string())
const selector = z.strictObject({ matchLabels: labels })
const metadata = z.strictObject({
  name: z.string(),
  namespace: z.string().optional(),
  labels: labels.optional(),
  annotations: labels.optional(),
})
const portName = z.union([z.string(), z.int()])
const probe = z.strictObject({
  httpGet: z.strictObject({ path: z.string(), port: portName }),
  periodSeconds: z.int(),
  timeoutSeconds: z.int().optional(),
  failureThreshold: z.int().optional(),
})

const container = z.strictObject({
  name: z.string(),
  image: z.string(),
  env: z.array(z.strictObject({ name: z.string(), value: z.string() })),
  ports: z.array(z.strictObject({ name: z.string(), containerPort: z.int() })),
  startupProbe: probe,
  livenessProbe: probe,
  readinessProbe: probe,
  resources: z.strictObject({ requests: labels, limits: labels }),
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.boolean(),
    readOnlyRootFilesystem: z.boolean(),
    capabilities: z.strictObject({ drop: z.array(z.string()) }),
  }),
  volumeMounts: z.array(
    z.strictObject({ name: z.string(), mountPath: z.string(), readOnly: z.boolean() }),
  ),
})

const pod = z.strictObject({
  automountServiceAccountToken: z.boolean(),
  enableServiceLinks: z.boolean(),
  terminationGracePeriodSeconds: z.int(),
  securityContext: z.strictObject({
    runAsNonRoot: z.boolean(),
    runAsUser: z.int(),
    runAsGroup: z.int(),
    fsGroup: z.int(),
    seccompProfile: z.strictObject({ type: z.string() }),
  }),
  topologySpreadConstraints: z.array(
    z.strictObject({
      maxSkew: z.int(),
      topologyKey: z.string(),
      whenUnsatisfiable: z.enum(['DoNotSchedule', 'ScheduleAnyway']),
      labelSelector: selector,
    }),
  ),
  containers: z.tuple([container]),
  volumes: z.tuple([
    z.strictObject({
      name: z.string(),
      secret: z.strictObject({ secretName: z.string(), defaultMode: z.int() }),
    }),
  ]),
})

const manifest = <Kind extends string, Spec extends z.ZodType>(
  apiVersion: string,
  kind: Kind,
  spec: Spec,
) => z.strictObject({ apiVersion: z.literal(apiVersion), kind: z.literal(kind), metadata, spec })

/** `apps/v1` Deployment. */
export const deployment = manifest(
  'apps/v1',
  'Deployment',
  z.strictObject({
    replicas: z.int(),
    strategy: z.strictObject({
      type: z.literal('RollingUpdate'),
      rollingUpdate: z.strictObject({ maxUnavailable: z.int(), maxSurge: z.int() }),
    }),
    selector,
    template: z.strictObject({ metadata: z.strictObject({ labels }), spec: pod }),
  }),
)

/** `v1` Service. */
export const service = manifest(
  'v1',
  'Service',
  z.strictObject({
    selector: labels,
    ports: z.array(z.strictObject({ name: z.string(), port: z.int(), targetPort: portName })),
  }),
)

/** `v1` Secret, with its values in the clear. */
export const secret = z.strictObject({
  apiVersion: z.literal('v1'),
  kind: z.literal('Secret'),
  metadata,
  type: z.literal('Opaque'),
  stringData: labels,
})

/** `networking.k8s.io/v1` Ingress. */
export const ingress = manifest(
  'networking.k8s.io/v1',
  'Ingress',
  z.strictObject({
    ingressClassName: z.string(),
    tls: z.array(z.strictObject({ hosts: z.array(z.string()), secretName: z.string() })),
    rules: z.array(
      z.strictObject({
        host: z.string(),
        http: z.strictObject({
          paths: z.array(
            z.strictObject({
              path: z.string(),
              pathType: z.enum(['Exact', 'Prefix', 'ImplementationSpecific']),
              backend: z.strictObject({
                service: z.strictObject({
                  name: z.string(),
                  port: z.strictObject({ name: z.string() }),
                }),
              }),
            }),
          ),
        }),
      }),
    ),
  }),
)

/** `policy/v1` PodDisruptionBudget. */
export const podDisruptionBudget = manifest(
  'policy/v1',
  'PodDisruptionBudget',
  z.strictObject({ maxUnavailable: z.int(), selector }),
)

const peers = z.array(z.strictObject({ namespaceSelector: selector }))
const ports = z.array(
  z.strictObject({ port: portName, protocol: z.enum(['TCP', 'UDP', 'SCTP']).optional() }),
)

/** `networking.k8s.io/v1` NetworkPolicy. */
export const networkPolicy = manifest(
  'networking.k8s.io/v1',
  'NetworkPolicy',
  z.strictObject({
    podSelector: selector,
    policyTypes: z.array(z.enum(['Ingress', 'Egress'])),
    ingress: z.array(z.strictObject({ from: peers, ports })),
    egress: z.array(z.strictObject({ to: peers.optional(), ports })),
  }),
)

/** `monitoring.coreos.com/v1` ServiceMonitor. */
export const serviceMonitor = manifest(
  'monitoring.coreos.com/v1',
  'ServiceMonitor',
  z.strictObject({
    selector,
    endpoints: z.array(
      z.strictObject({
        port: z.string(),
        interval: z.string(),
        relabelings: z.array(z.strictObject({ targetLabel: z.string(), replacement: z.string() })),
      }),
    ),
  }),
)

const rule = z.strictObject({
  alert: z.string().optional(),
  record: z.string().optional(),
  expr: z.union([z.string(), z.number()]),
  for: z.string().optional(),
  keep_firing_for: z.string().optional(),
  labels: labels.optional(),
  annotations: labels.optional(),
})

/** `monitoring.coreos.com/v1` PrometheusRule. */
export const prometheusRule = manifest(
  'monitoring.coreos.com/v1',
  'PrometheusRule',
  z.strictObject({
    groups: z.array(
      z.strictObject({ name: z.string(), interval: z.string().optional(), rules: z.array(rule) }),
    ),
  }),
)
