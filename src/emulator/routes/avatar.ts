import { text } from '../answer.ts'
import type { EmulatorContext } from '../context.ts'
import type { Route } from '../router.ts'

const colours = ['#3370ff', '#34c724', '#ff8800', '#7f3bf5', '#14c0ff']

/** The pictures of the people and the bot: an initial on a colour. */
export function avatarRoutes({ world }: EmulatorContext): Route[] {
  return [
    {
      method: 'GET',
      path: '/avatar/:open_id',
      coverage: 'partial',
      handler({ params, query }) {
        const everybody = [{ openId: world.botOpenId, enName: world.app.name }, ...world.people]
        const index = everybody.findIndex(({ openId }) => openId === params.open_id)
        const shown = everybody[index]
        if (shown === undefined) return text('404 page not found', 404)
        const picture = initialPicture([...shown.enName][0] ?? '?', {
          colour: colours[index % colours.length] ?? '#3370ff',
          size: Number(query.get('size')) || 72,
        })
        return { status: 200, headers: { 'content-type': 'image/svg+xml' }, body: picture }
      },
    },
  ]
}

function initialPicture(initial: string, look: { colour: string; size: number }): string {
  const { colour, size } = look
  const letter = /^[A-Za-z0-9]$/.test(initial) ? initial : '?'
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 72 72" width="${size}" height="${size}"><rect width="72" height="72" rx="36" fill="${colour}"/><text x="36" y="48" font-family="sans-serif" font-size="34" fill="#fff" text-anchor="middle">${letter}</text></svg>`
}
