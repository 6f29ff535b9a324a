const KEY: unique symbol = Symbol.for('otel-sessions.process') as never

/** What all copies of the packages in this process have logged and counted. Nothing here decides a session. */
export interface ProcessState {
  /** How often each problem occurred, by the package that met it and its code. */
  readonly problems: Map<string, Map<string, number>>
  /** Counters of other parts, by name; each part owns the shape of its own. */
  readonly counters: Map<string, unknown>
}

/**
 * The state that all copies of the packages share. It stands on `globalThis`, because a process may load a package
 * twice (as ESM and bundled, or in two versions), and a problem is to be logged once.
 */
export function processState(): ProcessState {
  const holder = globalThis as { [KEY]?: ProcessState }
  holder[KEY] ??= { problems: new Map(), counters: new Map() }
  return holder[KEY]
}

/** Forgets everything that was logged and counted. For tests. */
export function resetProcessState(): void {
  const { problems, counters } = processState()
  for (const counts of problems.values()) counts.clear()
  counters.clear()
}
