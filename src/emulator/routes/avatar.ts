import { text } from '../answer.ts'
import type { EmulatorContext } from '../context.ts'
import type { Route } from '../router.ts'

const colours = ['#3370ff', '#34c724', '#ff8800', '#7f3bf5', '#14c0ff']

/** The picture of a person: their initial on a colour. */
export function avatarRoutes({ world }: EmulatorContext): Route[] {
  return [
    {
      method: 'GET',
      path: '/avatar/:open_id',
      coverage: 'partial',
      handler({ params, query }) {
        const index = world.people.findIndex((person) => person.openId === params.open_id)
        const person = world.people[index]
        if (person === undefined) return text('404 page not found', 404)
        const size = Number(query.get('size')) || 72
        return {
          status: 200,
          headers: { 'content-type': 'image/svg+xml' },
          body: initialPicture([...person.enName][0] ?? '?', colours[index % colours.length], size),
        }
      },
    },
  ]
}

function initialPicture(initial: string, colour = '#3370ff', size = 72): string {
  const letter = /^[A-Za-z0-9]$/.test(initial) ? initial : '?'
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 72 72" width="${size}" height="${size}"><rect width="72" height="72" rx="36" fill="${colour}"/><text x="36" y="48" font-family="sans-serif" font-size="34" fill="#fff" text-anchor="middle">${letter}</text></svg>`
}
