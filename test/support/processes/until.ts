/** Looks again and again until `look` finds something, for at most `seconds`; the wait ends with the first find. */
export async function until<Found>(
  what: string,
  look: () => Found | null | undefined | false | Promise<Found | null | undefined | false>,
  seconds = 40,
): Promise<Found> {
  const giveUpAt = performance.now() + seconds * 1000
  for (;;) {
    const found = await look()
    if (found) return found
    if (performance.now() > giveUpAt) throw new Error(`after ${seconds} s still not: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
