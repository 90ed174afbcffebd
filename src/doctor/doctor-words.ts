import type { CardLocale, Wording } from '../feishu/cards/wording.ts'

type Counts = { good: number; toKnow: number; toMend: number; unseen: number }

/** What stands around the findings of `/auth doctor`; the findings themselves are in English, as in the terminal. */
export const DOCTOR_WORDS: {
  notForYou: Wording
  working: Wording
  summary: Record<CardLocale, (counts: Counts) => string>
} = {
  notForYou: {
    zh_cn: '只有指定的人员可以使用这个命令。',
    en_us: 'Only the people named for it may use this command.',
    ja_jp: 'このコマンドは指定された人だけが使えます。',
  },
  working: {
    zh_cn: '正在检查，请稍候。',
    en_us: 'Looking; this takes a few seconds.',
    ja_jp: '確認しています。少しお待ちください。',
  },
  summary: {
    zh_cn: ({ good, toKnow, toMend, unseen }) =>
      `检查完成：${good} 项正常，${toKnow} 项需留意，${toMend} 项需修复，${unseen} 项未检查。`,
    en_us: ({ good, toKnow, toMend, unseen }) =>
      `Done: ${good} good, ${toKnow} to know, ${toMend} to mend, ${unseen} not looked at.`,
    ja_jp: ({ good, toKnow, toMend, unseen }) =>
      `確認しました：正常 ${good} 件、注意 ${toKnow} 件、要修正 ${toMend} 件、未確認 ${unseen} 件。`,
  },
}
