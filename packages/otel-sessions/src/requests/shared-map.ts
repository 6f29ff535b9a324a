/**
 * Returns a weak map that all copies of this package in the process share, such as two versions of it. Never throws: where
 * `globalThis` is frozen, or something else is under the key, each copy has a map of its own.
 *
 * @param name the key on `globalThis`. Its values must have the same form in every version
 */
export function sharedWeakMap<Key extends object, Value>(
  name: `otel-sessions.${string}`,
): WeakMap<Key, Value> {
  const own = new WeakMap<Key, Value>()
  try {
    const holder = globalThis as { [key: symbol]: unknown }
    const key = Symbol.for(name)
    holder[key] ??= own
    return holder[key] instanceof WeakMap ? holder[key] : own
  } catch {
    return own
  }
}
