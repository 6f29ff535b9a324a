/** The kind of a value and, for strings, its length: what may be said of it in a log, never the value. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'string') return `a string of ${value.length} characters`
  if (Array.isArray(value)) return 'an array'
  return `a value of type ${typeof value}`
}

/** What is wrong with the names of options, in words that follow the name of the class, or undefined. */
export function optionsProblem(options: object, known: readonly string[]): string | undefined {
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  return unknown === undefined
    ? undefined
    : `there is no option ${JSON.stringify(unknown)}; there are ${known.join(', ')}`
}
