import type { Registry } from 'prom-client'

/** One metric as `metrics list` shows it. */
export type MetricDescription = {
  name: string
  type: string
  labels: readonly string[]
  help: string
}

const OURS = 'lark_service_'

/** Describes every metric of our own, from the registry itself. */
export async function listMetrics(registry: Registry): Promise<MetricDescription[]> {
  const metrics = await registry.getMetricsAsJSON()
  return metrics
    .filter(({ name }) => name.startsWith(OURS))
    .map(({ name, type, help }) => ({
      name,
      type: String(type),
      labels: labelsOf(registry.getSingleMetric(name)),
      help,
    }))
}

/** The registry keeps the names of labels with each metric, and its types do not say so. */
function labelsOf(metric: object | undefined): readonly string[] {
  if (metric === undefined || !('labelNames' in metric)) return []
  return Array.isArray(metric.labelNames) ? metric.labelNames.map(String) : []
}
