import { groupBy } from '../../real/group.ts'
import { TURN } from './recorder.ts'
import type { SeenSpan } from './seen.ts'

/** The spans of one trace that belong to one turn. */
export interface TurnTrace {
  readonly turn: string
  /** Turn and top spans, which are the same in every run, unlike trace IDs. */
  readonly key: string
  readonly spans: readonly SeenSpan[]
}

/** All spans of a run, grouped by turn. */
export interface ByTurn {
  readonly traces: readonly TurnTrace[]
  /** Spans of a framework's background work, which belong to no turn. */
  readonly ofNoTurn: readonly SeenSpan[]
}

/** The turn of a span; spans that bypassed the processors have it in the program's metadata. */
export function ownTurnOf({ attributes }: SeenSpan): string | undefined {
  const turn = attributes[TURN] ?? attributes['mastra.metadata.testTurn']
  return typeof turn === 'string' ? turn : undefined
}

/** Groups spans by turn. A span that started outside every turn, such as the server's, belongs to its trace's only turn. */
export function byTurn(spans: readonly SeenSpan[]): ByTurn {
  const traces: TurnTrace[] = []
  const ofNoTurn: SeenSpan[] = []
  for (const trace of groupBy(spans, ({ traceId }) => traceId).values()) {
    const turns = new Set(trace.map(ownTurnOf).filter((turn) => turn !== undefined))
    const [only] = turns.size === 1 ? turns : []
    const groups = groupBy(trace, (span) => ownTurnOf(span) ?? only ?? '')
    for (const [turn, group] of groups) {
      if (turn !== '') traces.push({ turn, key: keyOf(turn, trace), spans: group })
      else ofNoTurn.push(...group)
    }
  }
  return { traces, ofNoTurn }
}

function keyOf(turn: string, trace: readonly SeenSpan[]): string {
  const ids = new Set(trace.map(({ spanId }) => spanId))
  const tops = trace.filter(({ parentSpanId }) => parentSpanId === undefined || !ids.has(parentSpanId))
  const names = new Set(tops.map(({ name, scope }) => `${name} (${scope})`))
  return `${turn}: ${[...names].sort().join(', ')}`
}
