import { readSpanUsage } from '../src/usage/read-usage.ts'
import type { SpanUsage, WorkKind } from '../src/usage/span-usage.ts'

/** A span with its place in its trace. */
export interface PlacedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string | undefined
  readonly attributes: Readonly<Record<string, unknown>>
  /** 2 is ERROR. */
  readonly statusCode?: number
}

/** The sums over some spans. */
export interface Recounted {
  readonly spans: number
  readonly traces: number
  readonly errors: number
  /** Spans by kind; of nested LLM calls only the innermost, of other kinds those that are not right above the same kind. */
  readonly kinds: Readonly<Record<WorkKind, number>>
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cachedInputTokens: number
  readonly reasoningTokens: number
  /** Input and output tokens by model; `''` for none. */
  readonly tokensByModel: Readonly<Record<string, number>>
}

/** The rule against double counting in its simplest form: on whole traces, one session after the other. */
export function recount(spans: readonly PlacedSpan[]): ReadonlyMap<string, Recounted> {
  const seen = spans.map((span) => ({ span, usage: usageOf(span) }))
  const above = ancestors(spans)
  const aboveUsage = new Set(seen.filter(({ usage }) => reports(usage)).flatMap(({ span }) => above(span)))
  const aboveCalls = new Set(
    seen.filter(({ usage }) => usage.kind === 'llm').flatMap(({ span }) => above(span)),
  )
  const kinds = new Map(seen.map(({ span, usage }) => [placeOf(span), usage.kind]))
  const nextBelow = new Map<string, Set<WorkKind>>()
  for (const { span, usage } of seen) {
    for (const place of usage.kind === 'other' ? [] : above(span)) {
      nextBelow.set(place, (nextBelow.get(place) ?? new Set()).add(usage.kind))
      if ((kinds.get(place) ?? 'other') !== 'other') break
    }
  }
  const sessions = new Set(spans.map(sessionOf).filter((id) => id !== undefined))
  return new Map(
    [...sessions].map((id) => {
      const own = seen.filter(({ span }) => sessionOf(span) === id)
      const working = own.filter(({ span, usage }) =>
        usage.kind === 'llm'
          ? !aboveCalls.has(placeOf(span))
          : !nextBelow.get(placeOf(span))?.has(usage.kind),
      )
      const paid = own.filter(({ span }) => !aboveUsage.has(placeOf(span))).map(({ usage }) => usage)
      return [
        id,
        {
          spans: own.length,
          traces: new Set(own.map(({ span }) => span.traceId)).size,
          errors: own.filter(({ usage }) => usage.error).length,
          kinds: countKinds(working.map(({ usage }) => usage.kind)),
          inputTokens: sum(paid.map((usage) => usage.inputTokens)),
          outputTokens: sum(paid.map((usage) => usage.outputTokens)),
          cachedInputTokens: sum(paid.map((usage) => usage.cachedInputTokens)),
          reasoningTokens: sum(paid.map((usage) => usage.reasoningTokens)),
          tokensByModel: byModel(paid),
        },
      ]
    }),
  )
}

/** Returns the usage of a recorded span. */
const usageOf = (span: PlacedSpan): SpanUsage =>
  readSpanUsage({ attributes: span.attributes, status: { code: span.statusCode ?? 0 } })

/** Whether a span reports usage: a token count or a cost above 0. */
export const reports = (usage: SpanUsage): boolean =>
  [
    usage.inputTokens,
    usage.outputTokens,
    usage.totalTokens,
    usage.cachedInputTokens,
    usage.reasoningTokens,
    usage.cost?.input,
    usage.cost?.output,
    usage.cost?.total,
  ].some((value) => value !== undefined && value > 0)

/** Returns the ancestors of a span, as far as they are known. A circle of parents ends the list. */
function ancestors(spans: readonly PlacedSpan[]): (span: PlacedSpan) => string[] {
  const byPlace = new Map(spans.map((span) => [placeOf(span), span]))
  return (span) => {
    const places: string[] = []
    for (let at = parentOf(span); at !== undefined && !places.includes(at); ) {
      places.push(at)
      const parent = byPlace.get(at)
      at = parent && parentOf(parent)
    }
    return places
  }
}

const placeOf = ({ traceId, spanId }: PlacedSpan): string => `${traceId} ${spanId}`

const parentOf = ({ traceId, parentSpanId }: PlacedSpan): string | undefined =>
  parentSpanId === undefined ? undefined : `${traceId} ${parentSpanId}`

function sessionOf({ attributes }: PlacedSpan): string | undefined {
  const id = attributes['session.id']
  return typeof id === 'string' ? id : undefined
}

function countKinds(kinds: readonly WorkKind[]): Record<WorkKind, number> {
  const counts = { llm: 0, tool: 0, agent: 0, retrieval: 0, embedding: 0, other: 0 }
  for (const kind of kinds) counts[kind]++
  return counts
}

function byModel(usages: readonly SpanUsage[]): Record<string, number> {
  const tokens: Record<string, number> = {}
  for (const { model = '', inputTokens = 0, outputTokens = 0 } of usages) {
    if (inputTokens + outputTokens > 0) tokens[model] = (tokens[model] ?? 0) + inputTokens + outputTokens
  }
  return tokens
}

const sum = (numbers: readonly (number | undefined)[]): number =>
  numbers.reduce<number>((total, each) => total + (each ?? 0), 0)
