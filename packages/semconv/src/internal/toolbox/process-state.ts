const KEY: unique symbol = Symbol.for('otel-sessions.process') as never

/** What the packages have logged and counted in this process, and how they are set up. It decides no session. */
export interface ProcessState {
  /** How often each problem occurred, by package and code. */
  readonly problems: Map<string, Map<string, number>>
  /** Other counters by name. The code that uses a name defines the value. */
  readonly counters: Map<string, unknown>
  /** What is to be logged once a logger is set. */
  readonly unheard: [namespace: string, message: string][]
  /** The versions of the copies that are loaded, by package. */
  readonly copies: Map<string, readonly string[]>
  /** Every `SessionSpanProcessor`, of whichever copy. */
  readonly processors: WeakSet<object>
  /** Whether there is or was a `SessionSpanProcessor`. */
  hasProcessor: boolean
  /** Whether a scope was entered. */
  hasScopes: boolean
}

const create = (): ProcessState => ({
  problems: new Map(),
  counters: new Map(),
  unheard: [],
  copies: new Map(),
  processors: new WeakSet(),
  hasProcessor: false,
  hasScopes: false,
})
// Only this copy's, where `globalThis` is frozen or another program has put something else under the key.
const ownState = /* @__PURE__ */ create()

/**
 * Returns the state that all copies of the packages share. It is on `globalThis` because a process may load a package
 * twice, as ESM and bundled or in two versions, and each problem should be logged once. Never throws.
 */
export function processState(): ProcessState {
  try {
    const holder = globalThis as { [KEY]?: ProcessState }
    holder[KEY] ??= create()
    return holder[KEY].processors instanceof WeakSet ? holder[KEY] : ownState
  } catch {
    return ownState
  }
}

/** Clears everything that was logged and counted, and not how the packages are set up. For tests. */
export function resetProcessState(): void {
  const { problems, counters, unheard } = processState()
  for (const counts of problems.values()) counts.clear()
  counters.clear()
  unheard.length = 0
}
