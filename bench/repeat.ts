/** A list again and again, until there are `amount` items. */
export function repeat<Item>(list: readonly Item[], amount: number): Item[] {
  const rounds = Math.ceil(amount / list.length)
  return Array.from({ length: rounds }, () => list)
    .flat()
    .slice(0, amount)
}
