import { ATTR_OVERWRITTEN_ID } from '@otel-sessions/semconv'
import { groupBy } from '../../real/group.ts'
import { aliasIdOf, isBare, type Runs, sessionOf, spansOf, type Truth } from './measure.ts'
import { MODES } from './modes.ts'
import { namingOf } from './naming.ts'
import type { SeenSpan } from './run.ts'
import { byTurn } from './turns.ts'

/** What a row says about itself that changes what it is held to. */
export interface Exceptions {
  readonly beyondScope?: string
  readonly unstable?: string
}

/** What is not as promised. */
export interface Verdict {
  /** A span with a session that is not its turn's: the one thing that must never be. */
  readonly wrong: readonly string[]
  readonly broken: readonly string[]
}

/** Holds the runs of a row to what is promised; each thing that is not so is a sentence. */
export function findProblems(runs: Runs, truth: Truth, exceptions: Exceptions): Verdict {
  return {
    wrong: MODES.flatMap((mode) => findWrong(runs, mode, truth, exceptions)),
    broken: [
      ...findBare(runs, exceptions),
      ...MODES.flatMap((mode) => findMissing(runs, mode, truth, exceptions)),
      ...findStrange(runs),
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
        .map((span) => `${mode}: ${show(span)} of ${turn} keeps ${kept(span)} as what was overwritten`),
    ]),
    ...ofNoTurn
      .filter((span) => read(span) !== undefined)
      .map((span) => `${mode}: ${show(span)}, of no turn, has the session ${read(span)}`),
  ]
}

function findBare(runs: Runs, { beyondScope }: Exceptions): string[] {
  const naming = namingOf(byTurn(runs.before.spans).traces)
  const reachable = spansOf(byTurn(runs.after.spans).traces.filter(naming.names))
  const inScope = beyondScope === undefined ? spansOf(byTurn(runs.scope.spans).traces) : []
  return [
    ...summarise(reachable.filter(isBare), 'after: no session, though the trace names one'),
    ...summarise(inScope.filter(isBare), 'scope: no session'),
  ]
}

/** A trace that `before` names and that is not found again would be held to nothing. */
function findStrange(runs: Runs): string[] {
  const before = byTurn(runs.before.spans).traces
  const naming = namingOf(before)
  const found = new Set(byTurn(runs.after.spans).traces.map(({ key }) => key))
  const lost = new Set(
    before.filter((trace) => naming.names(trace) && !found.has(trace.key)).map(({ key }) => key),
  )
  return [...lost].map((key) => `after: there is no trace "${key}", which names a session before`)
}

function findMissing(runs: Runs, mode: keyof Runs, { own }: Truth, { unstable }: Exceptions): string[] {
  const { spans, leftBehind } = runs[mode]
  const { traces } = byTurn(spans)
  const silent = Object.keys(own).filter((turn) => !traces.some((trace) => trace.turn === turn))
  const differs = unstable === undefined && spans.length !== runs.before.spans.length
  return [
    ...silent.map((turn) => `${mode}: no span of ${turn} arrived`),
    ...(differs ? [`${mode}: ${spans.length} spans, before ${runs.before.spans.length}`] : []),
    ...(leftBehind > 0 ? [`${mode}: forceFlush left ${leftBehind} span(s) behind`] : []),
  ]
}

const show = ({ name, scope }: SeenSpan) => `${name} (${scope})`

function summarise(spans: readonly SeenSpan[], what: string): string[] {
  const groups = groupBy(spans, show)
  return [...groups].map(([name, group]) => `${what}: ${group.length} × ${name}`)
}
