import { ATTR_OVERWRITTEN_ID, ATTR_SESSION_ID, readSessionAlias } from '@otel-sessions/semconv'
import { groupBy } from '../../real/group.ts'
import { type Concurrency, judgeTen } from './concurrency.ts'
import type { Mode } from './modes.ts'
import { namingOf } from './naming.ts'
import type { Run, SeenSpan } from './seen.ts'
import { byTurn, type TurnTrace } from './turns.ts'

/** All runs of one row. */
export type Runs = Readonly<Record<Mode, Run>>

/** The sessions that the harness set, by turn: its own, and that of the scope around it. */
export interface Truth {
  readonly own: Readonly<Record<string, string>>
  readonly outer: Readonly<Record<string, string>>
}

/** The results of the runs of one row; every number is a number of spans. */
export interface Measured {
  readonly spans: number
  /** Spans of no turn, such as a framework's background work. */
  readonly ofNoTurn: number
  /** Spans on which the framework itself names the turn's session, under any alias. */
  readonly named: number
  /** The attributes that name it: for each span the first one that is read. */
  readonly keys: Readonly<Record<string, number>>
  /** Spans named at their start; the others are named later, at their end at the latest. */
  readonly atStart: number
  /** Spans in traces with a span that names the session. */
  readonly reachable: number
  /** Reachable spans with the turn's session, in `before` under any alias, then as `session.id`. */
  readonly right: { readonly before: number; readonly late: number; readonly after: number }
  /** Spans in traces that name none, with the turn's session in `after`: from another library's context. */
  readonly inferred: number
  /** Spans in traces that name none, without a session in `after`. */
  readonly onlyScope: number
  /** The names of those spans. */
  readonly onlyScopeNames: Readonly<Record<string, number>>
  readonly scope: {
    /** Spans with the session of the scope around their turn. */
    readonly right: number
    /** Of these, spans with the framework's own ID in `otel_sessions.overwritten_id`. */
    readonly overwritten: number
  }
  /** The requests of ten users, which are not among the numbers above. */
  readonly ten: Concurrency
}

/**
 * Counts the spans of the runs of a row.
 *
 * @param beyondScope the row's reason why some spans in a scope have the framework's own session
 */
export function measure(runs: Runs, { own, outer }: Truth, beyondScope?: string): Measured {
  const { traces: before, ofNoTurn } = byTurn(runs.before.spans)
  const after = byTurn(runs.after.spans).traces
  const naming = namingOf(before)
  const reachable = (traces: readonly TurnTrace[]) => traces.filter(naming.names)
  const silent = after.filter((trace) => !naming.names(trace))
  const onlyScope = spansOf(silent).filter(hasNoSession)
  const named = withSession(before, own, aliasIdOf)
  const inScope = withSession(byTurn(runs.scope.spans).traces, outer, sessionOf)
  return {
    spans: runs.before.spans.length,
    ofNoTurn: ofNoTurn.length,
    named: named.length,
    keys: countBy(named.map(({ attributes }) => readSessionAlias(attributes)?.key ?? '')),
    atStart: named.filter(({ start }) => start !== undefined && readSessionAlias(start) !== undefined).length,
    reachable: spansOf(reachable(before)).length,
    right: {
      before: named.length,
      late: withSession(reachable(byTurn(runs.late.spans).traces), own, sessionOf).length,
      after: withSession(reachable(after), own, sessionOf).length,
    },
    inferred: withSession(silent, own, sessionOf).length,
    onlyScope: onlyScope.length,
    onlyScopeNames: countBy(onlyScope.map(({ name }) => name)),
    scope: {
      right: inScope.length,
      overwritten: inScope.filter(({ attributes }) => attributes[ATTR_OVERWRITTEN_ID] !== undefined).length,
    },
    ten: judgeTen(runs, beyondScope).counts,
  }
}

export const sessionOf = ({ attributes }: SeenSpan): unknown => attributes[ATTR_SESSION_ID]
export const aliasIdOf = ({ attributes }: SeenSpan): unknown => readSessionAlias(attributes)?.id
export const hasNoSession = (span: SeenSpan): boolean => sessionOf(span) === undefined
export const spansOf = (traces: readonly TurnTrace[]): SeenSpan[] => traces.flatMap(({ spans }) => spans)

function withSession(
  traces: readonly TurnTrace[],
  sessions: Truth['own'],
  read: (span: SeenSpan) => unknown,
): SeenSpan[] {
  return traces.flatMap(({ turn, spans }) => spans.filter((span) => read(span) === sessions[turn]))
}

function countBy(keys: readonly string[]): Record<string, number> {
  const groups = groupBy(keys, (key) => key)
  return Object.fromEntries([...groups].map(([key, group]) => [key, group.length] as const).sort())
}
