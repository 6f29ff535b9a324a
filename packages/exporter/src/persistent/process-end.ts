/** What is to be done when the process ends. */
export interface AtEnd {
  /** Nothing is left to do, and the process would end: asynchronous work may still be begun. */
  beforeExit(): void
  /** The process ends now: only what is synchronous is still done. */
  exit(): void
}

// One listener for all, so that many processors are not taken for a leak of listeners.
const all = new Set<AtEnd>()
const beforeExit = () => tellAll('beforeExit')
const exit = () => tellAll('exit')

function tellAll(what: keyof AtEnd): void {
  for (const one of all) {
    try {
      one[what]()
    } catch {
      // The others are told all the same.
    }
  }
}

/** Does something when the process ends, until the function that it returns is called. */
export function atProcessEnd(one: AtEnd): () => void {
  if (all.size === 0) process.on('beforeExit', beforeExit).on('exit', exit)
  all.add(one)
  return () => {
    all.delete(one)
    if (all.size === 0) process.removeListener('beforeExit', beforeExit).removeListener('exit', exit)
  }
}
