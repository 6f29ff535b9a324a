import type { SessionEnded } from '../ends.ts'
import type { Tally } from '../tally.ts'
import type { Sum } from './fields.ts'
import type { Sketch } from './sketch.ts'

/** What few sessions have: an object only for those. */
export class Rare {
  /** What of a sum does not fit into 32 bits: multiples of 2^32. */
  readonly carries = new Map<Sum, number>()
  name: { readonly name: string; readonly time: number } | undefined = undefined
  end: SessionEnded | undefined = undefined
  /** Listeners have been told of an end. */
  isTold = false
  late = 0
  events = 0
  attachments = 0
  feedback: Tally | undefined = undefined
  metrics: Map<string, Tally> | undefined = undefined
  moreMetrics = false
  /** Latencies, where there are more than a row has room for. */
  traces: Sketch | undefined = undefined
  llmCalls: Sketch | undefined = undefined
}
