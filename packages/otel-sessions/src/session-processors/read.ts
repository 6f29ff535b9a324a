/** Reads a property of an object of the application, or of one of its libraries: undefined if that throws. */
export function read(of: unknown, key: PropertyKey): unknown {
  try {
    return (of as Record<PropertyKey, unknown> | null | undefined)?.[key]
  } catch {
    return undefined
  }
}

/** The name of an object's class, for messages. */
export function classNameOf(of: object): string {
  const name = read(read(of, 'constructor'), 'name')
  return typeof name === 'string' ? name : 'a span processor'
}

/** Whether an object has a property, of its own or inherited: no if that throws. */
export function has(of: object, key: PropertyKey): boolean {
  try {
    return key in of
  } catch {
    return false
  }
}
