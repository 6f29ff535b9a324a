import { readdirSync } from 'node:fs'
import { type DeliveryStats, PersistentBatchSpanProcessor } from '@otel-sessions/exporter/persistent'

type Options = ConstructorParameters<typeof PersistentBatchSpanProcessor>[0]

/** Of a processor that has to send everything: no promise is about how long a busy machine needs for that. */
const PATIENT = {
  timeoutMillis: 120_000,
  exportTimeoutMillis: 300_000,
  shutdownTimeoutMillis: 120_000,
} as const

/** What a processor counted that sent everything it found. */
export interface Drained {
  readonly stats: DeliveryStats
  /** What it reported of spans that it did not deliver. */
  readonly complaint: string | undefined
}

/** Starts a processor, sends everything that is there, dead letters too, and shuts it down. */
export async function drain(options: Options): Promise<Drained> {
  const processor = new PersistentBatchSpanProcessor({ ...PATIENT, ...options })
  let complaint: string | undefined
  try {
    await processor.forceFlush()
    if ((await processor.redeliver()) > 0) await processor.forceFlush()
  } catch (error) {
    complaint = String(error)
  }
  await processor.shutdown().catch((error) => {
    complaint ??= String(error)
  })
  return { stats: processor.stats(), complaint }
}

/** Tells what is wrong with the sum of a processor's counters. */
export function unaccounted(stats: DeliveryStats): string | undefined {
  const { ended, adopted, redelivered, delivered, rejected, dropped, queued, buffered } = stats
  const lost = Object.values(dropped).reduce((sum, spans) => sum + spans, 0)
  const came = ended + adopted + redelivered
  const went = delivered + rejected + lost + queued.spans + buffered
  return came === went ? undefined : `${came} spans came and ${went} went: ${JSON.stringify(stats)}`
}

/** Tells what is wrong after everything was sent that killed processes had left. */
export function problemsOf({ stats, complaint }: Drained, directory: string): string[] {
  const problems: string[] = []
  const problem = complaint ?? unaccounted(stats)
  if (problem !== undefined) problems.push(problem)
  if (Object.keys(stats.dropped).length > 0 || stats.corrupt > 0) {
    problems.push(`dropped ${JSON.stringify(stats.dropped)}, ${stats.corrupt} corrupt records`)
  }
  const left = readdirSync(directory, { recursive: true }).filter((path) => path !== 'rejected')
  if (left.length > 0) problems.push(`left behind: ${left.join(', ')}`)
  return problems
}
