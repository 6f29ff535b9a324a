import type { SenderSettings } from '../../../../src/persistent/sending/types.ts'

export const settingsWith = (some: Partial<SenderSettings> = {}): SenderSettings => ({
  url: 'http://127.0.0.1:1/v1/traces',
  headers: {},
  compression: 'none',
  timeoutMillis: 10_000,
  maxRetryAfterMillis: 365 * 86_400_000,
  agentOptions: {},
  concurrency: 1,
  maxExportBatchSize: 512,
  maxRequestBytes: 4 * 1024 * 1024,
  scheduledDelayMillis: 1000,
  ...some,
})

/** How long a test waits for what has to happen, however slow the machine is. */
const LONGEST_WAIT_MILLIS = 60_000

/** Waits, turn by turn of the event loop, until the condition holds. Throws if it never does. */
export async function until(condition: () => boolean): Promise<void> {
  const started = performance.now()
  for (let turns = 0; !condition(); turns++) {
    // Turns as well: a process that stood still has done nothing meanwhile.
    if (turns > 1000 && performance.now() - started > LONGEST_WAIT_MILLIS)
      throw new Error(`this never came true: ${condition}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}
