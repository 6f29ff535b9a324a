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

/** Waits, turn by turn of the event loop, until the condition holds. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}
