import { escapeHtml, pageFrame } from './page-frame.ts'
import type { PageLocale } from './page-locale.ts'
import { scopeName } from './scope-names.ts'

/** What the consent page shows; `selectedOpenId` is the person it preselects, else the first. */
export type ConsentPage = {
  appName: string
  people: { openId: string; name: string; enName: string }[]
  selectedOpenId?: string | undefined
  scopes: string[]
  locale: PageLocale
}

const words = {
  zh_cn: {
    title: (app: string) => `${app} 申请获得你的授权`,
    who: '以谁的身份授权',
    scopes: '授权后，该应用可以：',
    nothing: '仅确认你的身份。',
    authorize: '授权',
    deny: '拒绝',
  },
  en_us: {
    title: (app: string) => `${app} is asking for your authorization`,
    who: 'Who are you?',
    scopes: 'Once authorized, the app can:',
    nothing: 'Only learn who you are.',
    authorize: 'Authorize',
    deny: 'Deny',
  },
  ja_jp: {
    title: (app: string) => `${app} が認可を求めています`,
    who: 'あなたは誰ですか',
    scopes: '許可すると、このアプリは次のことができます：',
    nothing: 'あなたが誰かを確認するだけです。',
    authorize: '許可する',
    deny: '拒否する',
  },
}

/**
 * The page on which a person decides. Its form posts `open_id` and `decision` (`authorize` or `deny`)
 * to the address it was read from, query included.
 */
export function consentPage(page: ConsentPage): string {
  const say = words[page.locale]
  const title = say.title(page.appName)
  const body = `
<div class="pair"><span class="avatar" aria-hidden="true">${initial(page.appName)}</span></div>
<h1>${escapeHtml(title)}</h1>
<form method="post">
<fieldset><legend>${say.who}</legend>${people(page)}</fieldset>
<h2 id="scopes">${say.scopes}</h2>
${scopes(page, say.nothing)}
<div class="choices">
<button class="primary" name="decision" value="authorize">${say.authorize}</button>
<button name="decision" value="deny">${say.deny}</button>
</div>
</form>`
  return pageFrame({ locale: page.locale, title, body })
}

function people({ people, selectedOpenId, locale }: ConsentPage): string {
  const known = people.some(({ openId }) => openId === selectedOpenId)
  const selected = known ? selectedOpenId : people[0]?.openId
  return people
    .map((person) => {
      const name = locale === 'en_us' ? person.enName : person.name
      const checked = person.openId === selected ? ' checked' : ''
      return `<label class="person"><span class="avatar" aria-hidden="true">${initial(name)}</span><span>${escapeHtml(name)}</span><input type="radio" name="open_id" value="${escapeHtml(person.openId)}" required${checked}></label>`
    })
    .join('')
}

function scopes({ scopes, locale }: ConsentPage, nothing: string): string {
  if (scopes.length === 0) return `<p class="quiet">${nothing}</p>`
  const items = scopes.map((scope) => {
    const name = scopeName(scope, locale)
    const code = `<code>${escapeHtml(scope)}</code>`
    return `<li>${name === undefined ? '' : escapeHtml(name)}${code}</li>`
  })
  return `<ul class="scopes" aria-labelledby="scopes">${items.join('')}</ul>`
}

function initial(name: string): string {
  return escapeHtml(([...name.trim()][0] ?? '?').toUpperCase())
}
