/** A copy of counters, and of counters in them: plain data. */
export const copyOf = <T>(counts: T): T =>
  typeof counts === 'number'
    ? counts
    : (Object.fromEntries(Object.entries(counts as object).map(([name, each]) => [name, copyOf(each)])) as T)
