import type { FeishuUnavailableError } from '../errors.ts'

const TRY_AGAIN = 'See what the check network says, and try again.'

/** What Feishu answered instead of an answer, or that it gave none, with what to do about it. */
export function outage({ reason, feishuCode, logId }: FeishuUnavailableError): {
  message: string
  hint: string
} {
  const code = feishuCode === undefined ? '' : ` (code ${feishuCode})`
  if (reason === 'rate_limited') {
    return { message: `Feishu takes no more questions now${code}.`, hint: 'Try again in a minute.' }
  }
  if (feishuCode === undefined) {
    return {
      message: 'Feishu could not be asked: it did not answer as it should.',
      hint: TRY_AGAIN,
    }
  }
  const log = logId === undefined ? '' : ` and the log id ${logId}`
  return {
    message: `Feishu refused the question with trouble of its own, or with a code that is not known here${code}.`,
    hint: `Try again; if it stays, look for the code in Feishu’s documentation, or ask Feishu’s support with the code${log}.`,
  }
}
