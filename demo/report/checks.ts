import { BAD_IDS, CONVERSATIONS, labelOf } from '../scenario.ts'
import { countOf, readCounters, traceBadIds } from './drops.ts'
import { type Evidence, isLlmSpan, sessionOf, spansOf } from './evidence.ts'
import { countRows, type Row, total } from './rows.ts'

/** What must hold for the table to mean anything, and the promise itself. Returns what is wrong. */
export function findProblems(runs: readonly Evidence[]): string[] {
  const first = runs[0]
  const without = runs.find((run) => run.mode === 'without')
  if (!first || !without) return ['a run is missing']
  return [
    ...runs.flatMap(findMissingSpans),
    ...runs.flatMap((run) => findDifferences(countRows(first), countRows(run))),
    ...runs.flatMap(findWrongSessions),
    ...runs.flatMap((run) => findUnjudgedIds(run, without)),
  ]
}

function findMissingSpans(run: Evidence): string[] {
  const problems: string[] = []
  const arrived = new Set(run.spans.map((span) => span.spanId))
  const ours = new Set([...Object.values(run.users.traces), run.users.guestTraces].flat())
  const orphans = run.spans.filter((span) => span.parentSpanId && !arrived.has(span.parentSpanId))
  const strays = run.spans.filter((span) => !ours.has(span.traceId))
  if (orphans.length > 0)
    problems.push(`${labelOf(run.mode)}: ${orphans.length} spans arrived without their parent`)
  if (strays.length > 0) problems.push(`${labelOf(run.mode)}: ${strays.length} spans are in nobody's trace`)

  if (run.users.peak < CONVERSATIONS.length) {
    problems.push(`${labelOf(run.mode)}: at most ${run.users.peak} requests at once, so the users took turns`)
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

/** The same conversations must make the same spans, or the rows cannot be compared. */
function findDifferences(expected: Row[], rows: Row[]): string[] {
  return rows.flatMap((row, index) =>
    (['traces', 'spans', 'modelRequests', 'llmSpans'] as const)
      .filter((key) => row[key] !== expected[index]?.[key])
      .map((key) => `${where(row)}: ${row[key]} ${key}, but ${expected[index]?.[key]} in the first run`),
  )
}

function findWrongSessions(run: Evidence): string[] {
  const { bareSpans, wrongSpans, spans } = total(countRows(run))
  const problems: string[] = []
  if (wrongSpans > 0)
    problems.push(`${labelOf(run.mode)}: ${wrongSpans} spans carry another conversation's session`)
  const sessions = new Set<unknown>(CONVERSATIONS.map(({ session }) => session))
  const guests = run.spans.filter((span) => run.users.guestTraces.includes(span.traceId))
  if (guests.some((span) => sessions.has(sessionOf(span)))) {
    problems.push(`${labelOf(run.mode)}: a span of the guest's carries somebody else's session`)
  }
  const mayBeBare = run.mode === 'threadId' || run.mode === 'without'
  if (!mayBeBare && bareSpans > 0) {
    problems.push(
      `${labelOf(run.mode)}: ${bareSpans} of ${spans} spans have no session, and none may be bare`,
    )
  }
  if (mayBeBare && bareSpans === 0) {
    problems.push(`${labelOf(run.mode)}: no bare spans, so there is no contrast to show`)
  }
  return problems
}

/** The bad IDs must be dropped where our gate is, once for each span that carries them where it is not. */
function findUnjudgedIds(run: Evidence, without: Evidence): string[] {
  const { dropped, refused } = readCounters(run)
  const would = traceBadIds(without)
  const problems = traceBadIds(run).flatMap(({ arrivedOn, what, reason }, index) => {
    const arrived = countOf(arrivedOn)
    const expected = countOf(would[index]?.arrivedOn ?? {})
    if (run === without) return arrived > 0 ? [] : [`${what} never arrived without us, so nothing is shown`]
    const label = labelOf(run.mode)
    return [
      ...(arrived > 0 ? [`${label}: ${what} arrived on ${arrived} spans`] : []),
      ...(dropped[reason] === expected
        ? []
        : [`${label}: ${dropped[reason] ?? 0} dropped as ${reason}, but ${expected} arrive without us`]),
    ]
  })
  if (run.mode === 'usingSession' && countOf(refused) === 0) {
    problems.push('usingSession: no refused session is counted')
  }
  return [...problems, ...findLoudness(run)]
}

/** A warning comes once, and says what is wrong with an ID without saying the ID. */
function findLoudness({ mode, said }: Evidence): string[] {
  const label = labelOf(mode)
  const leaks = said.filter((line) => BAD_IDS.some(({ id }) => line.includes(id)))
  return [
    ...(new Set(said).size < said.length ? [`${label}: a warning is repeated`] : []),
    ...leaks.map((line) => `${label}: a warning holds the ID: ${line}`),
    ...said.filter((line) => !line.startsWith('@otel-sessions/')).map((line) => `${label}: ${line}`),
  ]
}

const where = (row: Row): string => `${labelOf(row.run)}, ${row.session}`
