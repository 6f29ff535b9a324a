// The session ID rule, and placeholders.

export function isSessionId(value: unknown): value is string {
  return typeof value === 'string' && /^[ -~]{1,199}$/.test(value) && value.trim() !== ''
}

function isPlaceholder(id: string): boolean {
  return /^(undefined|null|none|nan|new)$/i.test(id) || /^\[object \w+\]$/.test(id)
}

/** "Advice never changes behaviour, except that an inferred placeholder is ignored." */
export function isInferable(value: unknown): value is string {
  return isSessionId(value) && !isPlaceholder(value)
}
