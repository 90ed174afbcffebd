/** Statements stay prepared, so there are only so many: one for each size. */
const SIZES = [100, 10, 1]

/** Splits items into groups, in their order; each group is as large as one of the few sizes. */
export function* inGroups<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  let start = 0
  for (const size of SIZES) {
    for (; items.length - start >= size; start += size) yield items.slice(start, start + size)
  }
}
