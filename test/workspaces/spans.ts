/** What the process of a case, or a collector, finds out about spans, whatever SDK has made them. */
import type { Judged } from './cases.ts'

/** A span in memory. */
export interface SpanLike {
  readonly name: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly parentSpanContext?: { readonly spanId: string } | undefined
  spanContext(): { readonly traceId: string; readonly spanId: string }
}

/** Counts spans by what is said of them. */
export class Tally implements Judged {
  right = 0
  readonly missing: Record<string, number> = {}
  readonly wrong: Record<string, number> = {}

  /** @param name of the span, and what else is said of it, such as `work (user)` */
  add(verdict: keyof Judged, name: string): void {
    if (verdict === 'right') this.right++
    else this[verdict][name] = (this[verdict][name] ?? 0) + 1
  }
}

/**
 * The owner of a span: the one that it or the nearest span above it tells, or else the only one in its trace.
 *
 * @param attribute the attribute that says whose work a span is
 * @param told the owner that a span tells in another way
 * @returns undefined if nobody owns it, or if several may
 */
export function ownerOf(
  span: SpanLike,
  spans: readonly SpanLike[],
  attribute: string,
  told: (span: SpanLike) => string | undefined = () => undefined,
): string | undefined {
  const trace = spans.filter((other) => other.spanContext().traceId === span.spanContext().traceId)
  for (let at: SpanLike | undefined = span; at !== undefined; ) {
    const owner = at.attributes[attribute] ?? told(at)
    if (owner !== undefined) return String(owner)
    const parentId: string | undefined = at.parentSpanContext?.spanId
    at = trace.find((other) => other.spanContext().spanId === parentId)
  }
  const owners = new Set(trace.flatMap(({ attributes }) => attributes[attribute] ?? []))
  return owners.size === 1 ? String([...owners][0]) : undefined
}

/** A logger for OpenTelemetry's `diag`, and the lines that it gets whose first part matches. */
export function createLogger(pattern: RegExp) {
  const lines: string[] = []
  const log = (...parts: unknown[]) => {
    if (pattern.test(String(parts[0]))) lines.push(parts.join(' '))
  }
  return { lines, logger: { error: log, warn: log, info: log, debug: log, verbose: log } }
}
