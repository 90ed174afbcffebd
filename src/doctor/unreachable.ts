import type { Probe, ProbeFailure } from '../feishu/probe-url.ts'

const HINTS: Record<ProbeFailure, string> = {
  dns: 'Check the name, and the DNS servers of this machine (/etc/resolv.conf, or dnsPolicy in Kubernetes).',
  refused:
    'Check FEISHU_API_BASE_URL and FEISHU_ACCOUNTS_BASE_URL, and that the firewall lets this machine out to port 443.',
  tls: 'Something between this machine and Feishu uses a certificate of its own: name its authority with NODE_EXTRA_CA_CERTS=/path/to/ca.pem.',
  timeout:
    'The firewall drops the packets, or a proxy is needed: let this machine out to port 443, or set HTTPS_PROXY.',
  network: 'Let this machine out to port 443, or set HTTPS_PROXY.',
}

const PROBLEMS: Record<ProbeFailure, string> = {
  dns: 'its name cannot be resolved',
  refused: 'it refuses connections',
  tls: 'its certificate is not trusted',
  timeout: 'it does not answer in time',
  network: 'the connection fails',
}

/** Why a host does not answer, and what to do, in words. */
export function unreachable({ failure, code }: Extract<Probe, { answered: false }>): {
  problem: string
  hint: string
} {
  const detail = code === null ? '' : ` (${code})`
  return { problem: `${PROBLEMS[failure]}${detail}`, hint: HINTS[failure] }
}
