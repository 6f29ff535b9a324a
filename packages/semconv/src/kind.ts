/** The kind of a value and, for strings, its length: what may be said of it in a log, never the value. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'string') return `a string of ${value.length} characters`
  if (Array.isArray(value)) return 'an array'
  return `a value of type ${typeof value}`
}
