import { type Counters, problems } from '../counters.ts'
import type { RecentSpans, Trace } from './recent-spans.ts'
import {
  COUNTED,
  COVERED,
  DEPTH_MAX,
  ENTERS,
  lacksUsage,
  SEEN,
  type SpanRecord,
  settle,
  USAGE,
  USAGE_BELOW,
  WAITS,
} from './span-record.ts'

/**
 * Finds the next span above that reports usage, for an LLM call or an embedding that reports none and for what waits
 * below it. Some frameworks report the usage of several calls on the span of the agent only.
 *
 * A span above that was not seen yet, or not with a session, may report usage when it comes. So what waits is a tree:
 * each span is in the list of the next one above that may report usage or does, and these are in the lists of others.
 */
export function coverCalls(spans: RecentSpans, trace: Trace, span: SpanRecord, counters: Counters): void {
  const below = lacksUsage(span) ? [span] : span.waiting
  if (below === undefined) return
  let last = span
  let at = span
  for (let depth = 0; depth < DEPTH_MAX; depth++) {
    if ((at.flags & USAGE) !== 0) {
      addWaiting(at, last)
      cover(at, below, counters)
      reportLacking(below)
      return
    }
    if ((at.flags & COUNTED) === 0) {
      addWaiting(at, last)
      last = at
    }
    if ((at.flags & SEEN) === 0) return
    if (at.parentId === undefined || (at.flags & ENTERS) !== 0) break
    at = spans.obtain(trace, at.parentId)
  }
  reportLacking(below)
}

/** Handles that usage is reported below a span: its own usage counts no longer, and no longer covers calls below it. */
export function uncover(span: SpanRecord, counters: Counters): void {
  if (span.waiting === undefined || (span.flags & USAGE) === 0) return
  cover(span, span.waiting, counters)
  reportLacking(span.waiting)
}

/** Adds a span to the list of one above it. It is in one list only, so that the lists are as long as there are spans. */
function addWaiting(above: SpanRecord, span: SpanRecord): void {
  if (above === span || (span.flags & WAITS) !== 0) return
  span.flags |= WAITS
  above.waiting ??= []
  above.waiting.push(span)
}

function cover(above: SpanRecord, below: readonly SpanRecord[], counters: Counters, depth = 0): void {
  const counts = (above.flags & USAGE_BELOW) === 0
  for (const span of below) {
    // A span that reports usage covers what waits below it, so spans above it do not.
    if ((span.flags & USAGE) !== 0) continue
    // The tokens of an agent or of an LLM call are those of LLM calls.
    const isSameWork = span.kind !== 'embedding' || above.kind === 'embedding' || above.kind === 'other'
    span.flags = counts && isSameWork ? span.flags | COVERED : span.flags & ~COVERED
    settle(span, counters)
    if (span.waiting !== undefined && depth < DEPTH_MAX) cover(above, span.waiting, counters, depth + 1)
  }
}

/** Logs, once nothing above can report it any more, that a call has no usage. */
function reportLacking(below: readonly SpanRecord[]): void {
  if (!someLacks(below)) return
  problems.report(
    'callsWithoutUsage',
    () =>
      'a call of a model reports no usage, so tokens and cost are those of the other calls; for streams ask the API for usage, such as with stream_options: { include_usage: true } for OpenAI',
  )
}

const someLacks = (below: readonly SpanRecord[], depth = 0): boolean =>
  below.some(
    (span) =>
      lacksUsage(span) ||
      (span.waiting !== undefined && depth < DEPTH_MAX && someLacks(span.waiting, depth + 1)),
  )
