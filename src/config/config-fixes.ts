import type { VariableName } from './config-schema.ts'

/** What to do about a fault of each variable; a sentence that ends in a full stop. */
export const FIXES: Record<VariableName, string> = {
  FEISHU_APP_ID:
    'Copy the App ID from Credentials & Basic Info in the developer console: cli_ and 16 hex digits. The Feishu SDK gives no reason when it refuses any other.',
  FEISHU_APP_SECRET:
    'Copy the App Secret from Credentials & Basic Info in the developer console, or point FEISHU_APP_SECRET_FILE at a file that holds it.',
  FEISHU_APPS_FILE:
    'Write a JSON list: [{"appId", "appSecret", "brand"?, "encryptKey"?, "verificationToken"?, "redirectUri"?, "scopes"?}].',
  FEISHU_BRAND: 'Set feishu or lark.',
  FEISHU_API_BASE_URL: 'Leave it empty, or set an address such as https://open.feishu.cn.',
  FEISHU_ACCOUNTS_BASE_URL: 'Leave it empty, or set an address such as https://accounts.feishu.cn.',
  FEISHU_TOKEN_URL:
    'Leave it empty, or set an address such as https://open.feishu.cn/open-apis/authen/v2/oauth/token.',
  OAUTH_REDIRECT_URI:
    'Set the address exactly as registered under Security Settings in the developer console, such as https://auth.example.com/callback.',
  OAUTH_SCOPES:
    'Name scopes separated by spaces, such as: offline_access calendar:calendar:readonly.',
  AUTH_FLOW: 'Leave it empty, or set redirect.',
  AUTH_SESSION_TTL_SECONDS: 'Set a whole number of seconds from 1 to 1209600 (14 days).',
  AUTH_SESSION_RETENTION_DAYS: 'Set a whole number of days from 1 to 3650.',
  REAUTHORIZE_AHEAD_DAYS: 'Set a whole number of days from 0 to 90; 0 asks nobody ahead of time.',
  REAUTHORIZE_QUIET_HOURS:
    'Set two times of 24 hours, such as 21:00-09:00; the same time twice, such as 00:00-00:00, means no quiet hours.',
  REAUTHORIZE_TIME_ZONE: 'Set an IANA name, such as Asia/Shanghai, Asia/Tokyo or Europe/Berlin.',
  TOKEN_REFRESH_THRESHOLD: 'Set a number between 0 and 1, such as 0.1.',
  CALLBACK_SERVER_ENABLED: 'Set true or false.',
  CALLBACK_SERVER_HOST: 'Set a host name or an address to listen on, such as 0.0.0.0.',
  CALLBACK_SERVER_PORT: 'Set a port from 0 to 65535; 0 picks a free one.',
  TRUSTED_PROXIES:
    'Leave it empty for a proxy on this machine, or name the addresses of your proxies, comma separated: loopback, 10.1.2.3, 10.42.0.0/16. Nobody else is believed.',
  SHUTDOWN_DELAY_SECONDS: 'Set a whole number of seconds from 0 to 10.',
  METRICS_HOST: 'Set a host name or an address to listen on, such as 127.0.0.1.',
  METRICS_PORT:
    'Set a port from 0 to 65535; 0 picks a free one, and an empty value turns metrics off.',
  METRICS_FORMAT: 'Set prometheus or openmetrics.',
  CARD_CALLBACK: 'Set long_connection or off.',
  LONG_CONNECTION_REQUIRED: 'Set true or false.',
  FEISHU_ENCRYPT_KEY: 'Copy the Encrypt Key from Events & Callbacks in the developer console.',
  FEISHU_VERIFICATION_TOKEN:
    'Copy the Verification Token from Events & Callbacks in the developer console.',
  DATABASE_URL: 'Set file:./data/auth.db for SQLite, or postgres://user:password@host/database.',
  TOKEN_ENCRYPTION_KEYS: 'Make one with: npx feishu-card-auth keys generate',
  API_KEYS:
    'Write name:secret, comma separated; names are unique and of a-z, 0-9 and -, secrets have 16 characters or more and no comma.',
  AUDIT_MODE: 'Set batched, strict or off.',
  WEBHOOK_URL: 'Set the https address of the receiver, or leave it empty to tell nobody.',
  WEBHOOK_SECRETS:
    'Write whsec_ and 24 to 64 bytes of base64, comma separated. Make one with: echo whsec_$(openssl rand -base64 32)',
  WEBHOOK_ALLOWED_HOSTS:
    'Leave it empty, or name what may be private, comma separated: hooks.internal, 10.1.0.0/16.',
  DOCTOR_OPEN_IDS: 'Write open_ids such as ou_1111…, comma separated, or leave it empty.',
  LOG_LEVEL: 'Set fatal, error, warn, info, debug, trace or silent.',
}
