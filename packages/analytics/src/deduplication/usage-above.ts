import type { Counters } from '../counters.ts'
import { problems } from '../counters.ts'
import type { RecentSpans, Trace } from './recent-spans.ts'
import {
  COUNTED,
  COVERED,
  ENTERS,
  lacksUsage,
  SEEN,
  type SpanRecord,
  settle,
  USAGE,
  USAGE_BELOW,
} from './span-record.ts'

/** The spans above a call that are searched: traces that are deeper are circles or mistakes. */
const DEPTH_MAX = 256

/**
 * Finds the next span above that reports usage, for an LLM call or an embedding that reports none and for the calls that wait below it.
 * Some frameworks report the usage of several calls on the span of the agent only. If the search ends at a span that was
 * not seen yet, the calls wait there.
 */
export function coverCalls(spans: RecentSpans, trace: Trace, span: SpanRecord, counters: Counters): void {
  if (lacksUsage(span)) addCalls(span, [span])
  const { calls } = span
  if (calls === undefined) return
  span.calls = undefined
  let at = span
  for (let depth = 0; depth < DEPTH_MAX; depth++) {
    if ((at.flags & USAGE) !== 0) {
      addCalls(at, calls)
      cover(at, calls, counters)
      return
    }
    // One without a session may come again with one, and with usage.
    if ((at.flags & COUNTED) === 0) addCalls(at, calls)
    if ((at.flags & SEEN) === 0) return
    if (at.parentId === undefined || (at.flags & ENTERS) !== 0) break
    at = spans.obtain(trace, at.parentId)
  }
  report(calls)
}

/** Handles that usage is reported below a span: its own usage counts no longer, and is nobody else's. */
export function uncover(span: SpanRecord, counters: Counters): void {
  if (span.calls !== undefined && (span.flags & USAGE) !== 0) cover(span, span.calls, counters)
}

function cover(above: SpanRecord, calls: readonly SpanRecord[], counters: Counters): void {
  const counts = (above.flags & USAGE_BELOW) === 0
  for (const call of calls) {
    // The tokens of an agent or of an LLM call are those of LLM calls.
    const isSameWork = call.kind !== 'embedding' || above.kind === 'embedding' || above.kind === 'other'
    call.flags = counts && isSameWork ? call.flags | COVERED : call.flags & ~COVERED
    settle(call, counters)
  }
  report(calls)
}

function addCalls(span: SpanRecord, calls: readonly SpanRecord[]): void {
  if (span.calls === undefined) span.calls = [...calls]
  else for (const call of calls) span.calls.push(call)
}

/** Logs, once nothing above can report it any more, that a call has no usage. */
function report(calls: readonly SpanRecord[]): void {
  if (!calls.some(lacksUsage)) return
  problems.report(
    'callsWithoutUsage',
    () =>
      'a call of a model reports no usage, so tokens and cost are those of the other calls; for streams ask the API for usage, such as with stream_options: { include_usage: true } for OpenAI',
  )
}
