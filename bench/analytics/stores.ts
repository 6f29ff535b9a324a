import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type EndedSpan, readSpanUsage, SessionAnalytics } from '@otel-sessions/analytics'

/** Counts one span. */
export type CountSpan = (span: EndedSpan) => void

/** A minimal hand-written total: eight fields, without deduplication. */
interface Totals {
  spans: number
  errors: number
  traces: number
  input: number
  output: number
  calls: number
  first: number
  last: number
}

function addTo(totals: Totals, span: EndedSpan): void {
  const usage = readSpanUsage(span)
  const end = (span.endTime[0] as number) * 1000 + (span.endTime[1] as number) / 1e6
  totals.spans++
  if (usage.error) totals.errors++
  if (span.parentSpanContext === undefined) totals.traces++
  if (usage.kind === 'llm') totals.calls++
  totals.input += usage.inputTokens ?? 0
  totals.output += usage.outputTokens ?? 0
  if (end > totals.last) totals.last = end
}

const fresh = (span: EndedSpan): Totals => ({
  spans: 0,
  errors: 0,
  traces: 0,
  input: 0,
  output: 0,
  calls: 0,
  first: (span.startTime[0] as number) * 1000,
  last: 0,
})

const idOf = (span: EndedSpan) => span.attributes['session.id'] as string

/** A Map of objects that only grows. */
export function naive(): CountSpan {
  const sessions = new Map<string, Totals>()
  return (span) => {
    let totals = sessions.get(idOf(span))
    if (totals === undefined) {
      totals = fresh(span)
      sessions.set(idOf(span), totals)
    }
    addTo(totals, span)
  }
}

/** A Map of objects with the usual limit: a used entry is deleted and set again, and the first key is evicted. */
export function mapAsLru(most: number): CountSpan {
  const sessions = new Map<string, Totals>()
  return (span) => {
    const id = idOf(span)
    let totals = sessions.get(id)
    if (totals === undefined) {
      totals = fresh(span)
      if (sessions.size >= most) sessions.delete(sessions.keys().next().value as string)
    } else sessions.delete(id)
    sessions.set(id, totals)
    addTo(totals, span)
  }
}

/** `SessionAnalytics` as published. */
export function ours(maxSessions: number): CountSpan {
  const analytics = new SessionAnalytics({ maxSessions })
  return (span) => analytics.onEnd(span)
}

/** `SessionAnalytics` of another build, in the folder of its package. */
export async function loadOther(folder: string): Promise<(maxSessions: number) => CountSpan> {
  const url = pathToFileURL(join(resolve(folder), 'dist/index.js'))
  const other: { readonly SessionAnalytics: typeof SessionAnalytics } = await import(url.href)
  return (maxSessions) => {
    const analytics = new other.SessionAnalytics({ maxSessions })
    return (span) => analytics.onEnd(span)
  }
}

/** Only reads a span's usage. */
export function reading(): CountSpan {
  let tokens = 0
  return (span) => {
    tokens += readSpanUsage(span).inputTokens ?? 0
    if (Number.isNaN(tokens)) throw new Error('no tokens')
  }
}
