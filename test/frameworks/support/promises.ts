import { ATTR_OVERWRITTEN_ID } from '@otel-sessions/semconv'
import { groupBy } from '../../real/group.ts'
import { judgeTen } from './concurrency.ts'
import { aliasIdOf, hasNoSession, type Runs, sessionOf, spansOf, type Truth } from './measure.ts'
import { MODES } from './modes.ts'
import { namingOf } from './naming.ts'
import type { SeenSpan } from './seen.ts'
import { byTurn } from './turns.ts'

/** A row's exceptions from the promises. */
export interface Exceptions {
  readonly beyondScope?: string
  readonly unstable?: string
}

/** Broken promises, as sentences. */
export interface Verdict {
  /** Spans with a session other than their turn's, which must never happen. */
  readonly wrong: readonly string[]
  readonly broken: readonly string[]
}

/** Checks the runs of a row. */
export function findProblems(runs: Runs, truth: Truth, exceptions: Exceptions): Verdict {
  return {
    wrong: [
      ...MODES.flatMap((mode) => findWrong(runs, mode, truth, exceptions)),
      ...judgeTen(runs, exceptions.beyondScope).wrong,
    ],
    broken: [
      ...findWithoutSession(runs, exceptions),
      ...MODES.flatMap((mode) => findMissing(runs, mode, truth, exceptions)),
      ...findUnmatched(runs),
      ...namingOf(byTurn(runs.before.spans).traces).unlike.map(
        (key) => `before: of the traces "${key}" some name a session and some do not`,
      ),
    ],
  }
}

function findWrong(runs: Runs, mode: keyof Runs, { own, outer }: Truth, exceptions: Exceptions): string[] {
  const { traces, ofNoTurn } = byTurn(runs[mode].spans)
  const read = mode === 'before' ? aliasIdOf : sessionOf
  const mayHave = (turn: string): unknown[] => {
    if (mode !== 'scope') return [undefined, own[turn]]
    return exceptions.beyondScope === undefined
      ? [undefined, outer[turn]]
      : [undefined, outer[turn], own[turn]]
  }
  const kept = ({ attributes }: SeenSpan) => attributes[ATTR_OVERWRITTEN_ID]
  return [
    ...traces.flatMap(({ turn, spans }) => [
      ...spans
        .filter((span) => !mayHave(turn).includes(read(span)))
        .map((span) => `${mode}: ${show(span)} of ${turn} has the session ${read(span)}`),
      ...spans
        .filter((span) => kept(span) !== undefined && kept(span) !== own[turn])
        .map((span) => `${mode}: ${show(span)} of ${turn} has the overwritten ID ${kept(span)}`),
    ]),
    ...ofNoTurn
      .filter((span) => read(span) !== undefined)
      .map((span) => `${mode}: ${show(span)}, of no turn, has the session ${read(span)}`),
  ]
}

function findWithoutSession(runs: Runs, { beyondScope }: Exceptions): string[] {
  const naming = namingOf(byTurn(runs.before.spans).traces)
  const reachable = spansOf(byTurn(runs.after.spans).traces.filter(naming.names))
  const inScope = beyondScope === undefined ? spansOf(byTurn(runs.scope.spans).traces) : []
  return [
    ...summarise(reachable.filter(hasNoSession), 'after: no session, although the trace names one'),
    ...summarise(inScope.filter(hasNoSession), 'scope: no session'),
  ]
}

/** Finds traces that name a session in `before` and are missing in `after`, where nothing would check them. */
function findUnmatched(runs: Runs): string[] {
  const before = byTurn(runs.before.spans).traces
  const naming = namingOf(before)
  const found = new Set(byTurn(runs.after.spans).traces.map(({ key }) => key))
  const lost = new Set(
    before.filter((trace) => naming.names(trace) && !found.has(trace.key)).map(({ key }) => key),
  )
  return [...lost].map((key) => `after: the trace "${key}", which names a session before, is missing`)
}

function findMissing(runs: Runs, mode: keyof Runs, { own }: Truth, { unstable }: Exceptions): string[] {
  const { spans, leftBehind } = runs[mode]
  const { traces } = byTurn(spans)
  const silent = Object.keys(own).filter((turn) => !traces.some((trace) => trace.turn === turn))
  const differs = unstable === undefined && spans.length !== runs.before.spans.length
  return [
    ...silent.map((turn) => `${mode}: no span of ${turn} arrived`),
    ...(differs ? [`${mode}: ${spans.length} spans, before ${runs.before.spans.length}`] : []),
    ...(leftBehind > 0 ? [`${mode}: spans left behind by forceFlush: ${leftBehind}`] : []),
  ]
}

const show = ({ name, scope }: SeenSpan) => `${name} (${scope})`

function summarise(spans: readonly SeenSpan[], what: string): string[] {
  const groups = groupBy(spans, show)
  return [...groups].map(([name, group]) => `${what}: ${group.length} × ${name}`)
}
