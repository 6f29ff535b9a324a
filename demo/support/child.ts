/** The child's half of the lifecycle. A child never outlives main, however main ends. */

process.once('disconnect', () => process.exit())

export function readConfig<T>(): T {
  return JSON.parse(process.argv[2] ?? '{}') as T
}

export function tell(type: string, value?: unknown): void {
  // Main may be gone in between; then nobody listens, and 'disconnect' ends this process.
  if (process.connected) process.send?.({ type, value }, undefined, undefined, () => {})
}

/** Runs the child's work; what it throws becomes main's error instead of a silent exit. */
export async function run(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    tell('error', error instanceof Error ? (error.stack ?? error.message) : String(error))
  }
}
