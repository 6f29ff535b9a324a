/** What still passes spans on when the process is about to end. */
export interface Ending {
  /** The event loop is empty, and the process would end. Asynchronous work can still begin. */
  beforeExit(): void
}

/** The part of Node's `process` that is used here. Other platforms have none, or another one. */
interface Platform {
  readonly process?: { prependListener?(event: 'beforeExit', listener: () => void): unknown }
}

// One listener for all: Node reports many as a leak. A provider that nobody uses any more is not kept.
const endings = new Set<WeakRef<Ending>>()

/** Calls `beforeExit` each time a Node process is about to end, and does not keep the object. Never throws. */
export function callBeforeExit(ending: Ending): void {
  try {
    const { process } = globalThis as Platform
    if (typeof process?.prependListener !== 'function') return
    // Before the listeners of processors: these send what they have then.
    if (endings.size === 0) process.prependListener('beforeExit', callAll)
    for (const each of endings) if (each.deref() === undefined) endings.delete(each)
    endings.add(new WeakRef(ending))
  } catch {
    // Not a Node process.
  }
}

function callAll(): void {
  for (const each of endings) {
    try {
      each.deref()?.beforeExit()
    } catch {
      // The others are called all the same.
    }
  }
}
