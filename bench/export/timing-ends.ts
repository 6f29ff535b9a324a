import type { SpanProcessor } from '@opentelemetry/sdk-trace-base'

/** Wraps a processor and times its first `count` calls of `onEnd`. */
export function timingEnds(processor: SpanProcessor, count: number) {
  const nanos = new Float64Array(count)
  let calls = 0
  const timed: SpanProcessor = {
    onStart: (span, context) => processor.onStart(span, context),
    onEnd(span) {
      const before = process.hrtime.bigint()
      processor.onEnd(span)
      nanos[calls++] = Number(process.hrtime.bigint() - before)
    },
    forceFlush: () => processor.forceFlush(),
    shutdown: () => processor.shutdown(),
  }
  /** In microseconds. */
  const percentile = (share: number) =>
    (nanos.subarray(0, calls).toSorted()[Math.floor((calls - 1) * share)] ?? Number.NaN) / 1000
  return { processor: timed, percentile }
}
