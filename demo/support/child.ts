/** The child's half of the lifecycle. A child never outlives the main process, however that ends. */

process.once('disconnect', () => process.exit())

export function readConfig<T>(): T {
  return JSON.parse(process.argv[2] ?? '{}') as T
}

export function tell(type: string, value?: unknown): void {
  // The main process may have ended; then 'disconnect' ends this one.
  if (process.connected) process.send?.({ type, value }, undefined, undefined, () => {})
}

/** Runs the child's work; its exceptions become the main process's error instead of a silent exit. */
export async function run(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    tell('error', error instanceof Error ? (error.stack ?? error.message) : String(error))
  }
}
