// The session ID rule, and placeholders.

export function isSessionId(value: unknown): value is string {
  return typeof value === 'string' && /^[ -~]{1,199}$/.test(value) && value.trim() !== ''
}

function isPlaceholder(id: string): boolean {
  return /^(undefined|null|none|nan|new)$/i.test(id) || /^\[object \w+\]$/.test(id)
}

const CONSTANTS =
  'default main global shared test demo example my new session conversation thread chat user agent id'

/** An ID that an application uses for everything, such as `default-thread`. */
export function isConstant(id: string): boolean {
  const words = id.toLowerCase().split(/[^a-z0-9]+/)
  return words.every((word) => word === '' || CONSTANTS.split(' ').includes(word))
}

/** "Advice never changes behaviour, except that an inferred placeholder is ignored." */
export function isInferable(value: unknown): value is string {
  return isSessionId(value) && !isPlaceholder(value)
}
