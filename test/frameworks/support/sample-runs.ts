// Runs for the tests of the checks: what a collector would have received, without a framework.

import { ATTR_SESSION_ID } from '@otel-sessions/semconv'
import type { Runs } from './measure.ts'
import { MODES } from './modes.ts'
import { TURN } from './recorder.ts'
import type { SeenSpan } from './seen.ts'

/** Two turns of two users; the scope around each has another session. */
export const TRUTH = {
  own: { 'ada-1': 'session_of_ada', 'lin-1': 'session_of_lin' },
  outer: { 'ada-1': 'outer_ada', 'lin-1': 'outer_lin' },
}

export type Turn = keyof typeof TRUTH.own

/** A received span; `turn` is undefined for one that started outside every turn. */
export function span(
  name: string,
  traceId: string,
  turn: Turn | undefined,
  { parent, ...attributes }: { parent?: string; [key: string]: unknown } = {},
): SeenSpan {
  return {
    traceId,
    spanId: `${traceId} ${name}`,
    parentSpanId: parent === undefined ? undefined : `${traceId} ${parent}`,
    name,
    scope: 'made',
    attributes: { ...(turn === undefined ? {} : { [TURN]: turn }), ...attributes },
    start: {},
  }
}

/** A server span with two children: an LLM span with the session `llm`, an HTTP span with the session `rest`. */
export const exchange = (turn: Turn, llm: string | undefined, rest: string | undefined): SeenSpan[] => [
  span('server', turn, undefined, withSession(rest)),
  span('llm', turn, turn, { parent: 'server', ...withSession(llm) }),
  span('http', turn, turn, { parent: 'server', ...withSession(rest) }),
]

const withSession = (id: string | undefined) => (id === undefined ? {} : { [ATTR_SESSION_ID]: id })

/** What `make` gives for each turn, in each mode. */
export function runsOf(make: Record<keyof Runs, (turn: Turn) => readonly SeenSpan[]>): Runs {
  const turns = Object.keys(TRUTH.own) as Turn[]
  return Object.fromEntries(
    MODES.map((mode) => [mode, { mode, spans: turns.flatMap(make[mode]), ofTen: [], leftBehind: 0 }]),
  ) as unknown as Runs
}

/** All as promised: the LLM span alone names its session, the rest follows in `after`. */
export const GOOD: Parameters<typeof runsOf>[0] = {
  before: (turn) => exchange(turn, TRUTH.own[turn], undefined),
  late: (turn) => exchange(turn, TRUTH.own[turn], undefined),
  after: (turn) => exchange(turn, TRUTH.own[turn], TRUTH.own[turn]),
  scope: (turn) => exchange(turn, TRUTH.outer[turn], TRUTH.outer[turn]),
}
