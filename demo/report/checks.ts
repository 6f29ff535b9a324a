import { BAD_IDS, CONVERSATIONS, labelOf } from '../scenario.ts'
import { countOf, readCounters, traceBadIds } from './drops.ts'
import { type Evidence, isLlmSpan, sessionOf, spansOf } from './evidence.ts'
import { countRows, type Row, total } from './rows.ts'

/** Checks that the runs are comparable and that the promises hold. Returns the problems. */
export function findProblems(runs: readonly Evidence[]): string[] {
  const first = runs[0]
  const without = runs.find((run) => run.mode === 'without')
  if (!first || !without) return ['a run is missing']
  return [
    ...runs.flatMap(findMissingSpans),
    ...runs.flatMap((run) => findDifferences(countRows(first), countRows(run))),
    ...runs.flatMap(findWrongSessions),
    ...runs.flatMap((run) => findBadIds(run, without)),
  ]
}

function findMissingSpans(run: Evidence): string[] {
  const problems: string[] = []
  const arrived = new Set(run.spans.map((span) => span.spanId))
  const ours = new Set([...Object.values(run.users.traces), run.users.guestTraces].flat())
  const orphans = run.spans.filter((span) => span.parentSpanId && !arrived.has(span.parentSpanId))
  const unknown = run.spans.filter((span) => !ours.has(span.traceId))
  if (orphans.length > 0)
    problems.push(`${labelOf(run.mode)}: ${orphans.length} spans arrived without their parent`)
  if (unknown.length > 0)
    problems.push(`${labelOf(run.mode)}: ${unknown.length} spans belong to no user's trace`)

  if (run.users.peak < CONVERSATIONS.length) {
    problems.push(
      `${labelOf(run.mode)}: at most ${run.users.peak} requests at a time, so the users took turns`,
    )
  }
  for (const [index, row] of countRows(run).entries()) {
    const turns = CONVERSATIONS[index]?.turns.length
    if (row.traces !== turns) problems.push(`${where(row)}: ${row.traces} traces arrived for ${turns} turns`)
    const sdkSpans = spansOf(run, row.session).filter(
      (span) => isLlmSpan(span) && span.scope.endsWith('instrumentation-openai'),
    )
    if (sdkSpans.length !== row.modelRequests || row.modelRequests === 0) {
      problems.push(`${where(row)}: ${row.modelRequests} model requests made ${sdkSpans.length} OpenAI spans`)
    }
  }
  return problems
}

/** The same conversations must produce the same spans, or the rows cannot be compared. */
function findDifferences(expected: Row[], rows: Row[]): string[] {
  return rows.flatMap((row, index) =>
    (['traces', 'spans', 'modelRequests', 'llmSpans'] as const)
      .filter((key) => row[key] !== expected[index]?.[key])
      .map((key) => `${where(row)}: ${row[key]} ${key}, but ${expected[index]?.[key]} in the first run`),
  )
}

function findWrongSessions(run: Evidence): string[] {
  const { withoutSession, wrongSpans, spans } = total(countRows(run))
  const problems: string[] = []
  if (wrongSpans > 0)
    problems.push(`${labelOf(run.mode)}: ${wrongSpans} spans carry another conversation's session`)
  const sessions = new Set<unknown>(CONVERSATIONS.map(({ session }) => session))
  const guests = run.spans.filter((span) => run.users.guestTraces.includes(span.traceId))
  if (guests.some((span) => sessions.has(sessionOf(span)))) {
    problems.push(`${labelOf(run.mode)}: a span of the guest's carries another user's session`)
  }
  const mayLackSession = run.mode === 'threadId' || run.mode === 'without'
  if (!mayLackSession && withoutSession > 0) {
    problems.push(`${labelOf(run.mode)}: ${withoutSession} of ${spans} spans have no session, but all should`)
  }
  if (mayLackSession && withoutSession === 0) {
    problems.push(`${labelOf(run.mode)}: every span has a session, so there is no contrast to show`)
  }
  return problems
}

/** With our exporter, every invalid ID must be dropped: once for each span that carries it without our exporter. */
function findBadIds(run: Evidence, without: Evidence): string[] {
  const { dropped, rejected } = readCounters(run)
  const unvalidated = traceBadIds(without)
  const problems = traceBadIds(run).flatMap(({ arrivedOn, what, reason }, index) => {
    const arrived = countOf(arrivedOn)
    const expected = countOf(unvalidated[index]?.arrivedOn ?? {})
    if (run === without)
      return arrived > 0 ? [] : [`${what} never arrived without us, so there is nothing to show`]
    const label = labelOf(run.mode)
    return [
      ...(arrived > 0 ? [`${label}: ${what} arrived on ${arrived} spans`] : []),
      ...(dropped[reason] === expected
        ? []
        : [`${label}: ${dropped[reason] ?? 0} dropped as ${reason}, but ${expected} arrive without us`]),
    ]
  })
  if (run.mode === 'usingSession' && countOf(rejected) === 0) {
    problems.push('usingSession: no rejected session is counted')
  }
  return [...problems, ...findWarningProblems(run)]
}

/** A warning is logged once, and describes an invalid ID without containing it. */
function findWarningProblems({ mode, warnings }: Evidence): string[] {
  const label = labelOf(mode)
  const leaks = warnings.filter((line) => BAD_IDS.some(({ id }) => line.includes(id)))
  return [
    ...(new Set(warnings).size < warnings.length ? [`${label}: a warning is repeated`] : []),
    ...leaks.map((line) => `${label}: a warning contains the ID: ${line}`),
    ...warnings.filter((line) => !line.startsWith('@otel-sessions/')).map((line) => `${label}: ${line}`),
  ]
}

const where = (row: Row): string => `${labelOf(row.run)}, ${row.session}`
