import { context } from '@opentelemetry/api'
import type { ResultCallback } from '../delegate-calls.ts'
import { log, problems } from '../problems.ts'
import type { ExportResult } from '../span-types.ts'
import type { PartSender } from '../validation/backfill-contract.ts'

/** The batch size of `BatchSpanProcessor`. Endpoints reject requests that are too large. */
const USUAL_BATCH = 512

/**
 * Sends batches in requests that are no larger than the batches of the processor, and than usual ones. Backfill makes
 * batches larger than these.
 */
export class Parts<S> {
  #largestBatch = 1

  /** Notes the size of a batch that the processor exports. */
  noteBatch(size: number): void {
    this.#largestBatch = Math.max(this.#largestBatch, size)
  }

  /**
   * Sends a batch in several requests if it is too large for one, one after the other: exporters reject too many at a
   * time. The result is the first failure, if any.
   */
  readonly send = (spans: S[], send: PartSender<S>, callback: ResultCallback): void => {
    // A processor that exports spans one by one has no batches.
    const size = this.#largestBatch === 1 ? USUAL_BATCH : Math.min(USUAL_BATCH, this.#largestBatch)
    // The answer may come in another context, in which the next request would be traced.
    const from = context.active()
    let failed: ExportResult | undefined
    const sendFrom = (start: number): void => {
      // A loop while the answers come within the calls: a process that exits does not wait, and the stack must not grow.
      let isAnswered = true
      for (let index = start; isAnswered; index += size) {
        const next = index + size
        let isInCall = true
        isAnswered = false
        send(spans.slice(index, next), (result) => {
          if (result.code !== 0) failed ??= result
          if (next >= spans.length) callback(failed ?? result)
          else if (isInCall) isAnswered = true
          else context.with(from, sendFrom, undefined, next)
        })
        isInCall = false
      }
    }
    sendFrom(0)
  }
}

/** The processor got its result long ago, so a failure is logged here. */
export function logFailure({ code, error }: ExportResult): void {
  if (code === 0) return
  problems.report('backfill:failed', () => {
    return `the wrapped exporter failed to export backfilled spans; counted in stats().failures: ${error?.name ?? 'no reason given'}`
  })
  // Not at warn level: the message is foreign, and may contain an ID.
  if (error !== undefined) log('debug', () => `the failure of backfilled spans: ${error.message}`)
}
