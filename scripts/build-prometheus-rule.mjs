// Writes deploy/kubernetes/prometheus-rule.yaml from grafana/prometheus/rules, for the Prometheus Operator.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parse, stringify } from 'yaml'

const folder = 'grafana/prometheus/rules'
const groups = readdirSync(folder)
  .filter((name) => name.endsWith('.yml'))
  .sort()
  .flatMap((name) => parse(readFileSync(`${folder}/${name}`, 'utf8')).groups)
const rule = {
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PrometheusRule',
  metadata: {
    name: 'feishu-card-auth',
    labels: { 'app.kubernetes.io/name': 'feishu-card-auth' },
  },
  spec: { groups },
}
const head =
  '# Written by scripts/build-prometheus-rule.mjs from grafana/prometheus/rules; change it there.\n'
writeFileSync('deploy/kubernetes/prometheus-rule.yaml', head + stringify(rule, { lineWidth: 0 }))
