/** What still passes spans on when the process exits. */
export interface Exiting {
  /** The event loop is empty, and the process would exit. Asynchronous work can still begin. */
  beforeExit(): void
  /** The process exits, also after an error that nobody caught. Only synchronous work is still done. */
  exit(): void
}

type Event = keyof Exiting

/** The part of Node's `process` that is used here. Other platforms have none, or another one. */
interface Platform {
  readonly process?: { prependListener?(event: Event, listener: () => void): unknown }
}

// One listener for all: Node reports many as a leak. A provider that nobody uses any more is not kept.
const all = new Set<WeakRef<Exiting>>()

/** Calls the object each time a Node process is about to exit, and when it does, and does not keep it. Never throws. */
export function callAtExit(exiting: Exiting): void {
  try {
    const { process } = globalThis as Platform
    if (typeof process?.prependListener !== 'function') return
    if (all.size === 0) {
      // Before the listeners of processors: these send, or write, what they have then.
      for (const event of ['beforeExit', 'exit'] as const)
        process.prependListener(event, () => callAll(event))
    }
    for (const each of all) if (each.deref() === undefined) all.delete(each)
    all.add(new WeakRef(exiting))
  } catch {
    // Not a Node process.
  }
}

function callAll(event: Event): void {
  for (const each of all) {
    try {
      each.deref()?.[event]()
    } catch {
      // The others are called all the same.
    }
  }
}
