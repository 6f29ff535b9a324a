/** Compares two recordings in what does not differ between two runs: everything but times, IDs and texts. */
import type { CaseName } from '../cases.ts'
import type { RecordedAttributes, RecordedSpan, Recording } from '../recording.ts'
import type { Result } from './run-case.ts'
import { readCannot, readRecording } from './store.ts'

/** Attributes whose values the recordings are made for: numbers, and JSON of numbers. */
const USAGE = /token|usage|cost/i
/** Times that are called after tokens. */
const TIME = /time|second/i
/** Attributes that a library writes or not, by the order of its timers: not compared. */
const UNSTABLE: ReadonlySet<string> = new Set(['langsmith.request.streaming'])

/** @throws Error with what differs from the stored result */
export function compareWithStored(family: string, name: CaseName, result: Result): void {
  const differences = differencesOf(readRecording(family, name), readCannot(family)[name], result)
  if (differences.length > 0) throw new Error(differences.map((line) => `\n  ${line}`).join(''))
}

function differencesOf(stored: Recording | undefined, cannot: string | undefined, result: Result): string[] {
  if (!('cannot' in result)) return stored ? findDifferences(stored, result) : ['it is not recorded']
  if (stored) return ['it is recorded, and the program says that it is not possible']
  return cannot === result.cannot ? [] : ['another reason is stored why it is not possible']
}

/**
 * What differs, a line each: versions, calls with their usage, and the spans and log records with their names, scopes,
 * parents, attribute keys and usage.
 */
export function findDifferences(stored: Recording, recorded: Recording): string[] {
  const [before, after] = [linesOf(stored), linesOf(recorded)]
  return [
    ...without(before, after).map((line) => `only stored:   ${line}`),
    ...without(after, before).map((line) => `only recorded: ${line}`),
  ]
}

/** The lines of `all` that are not in `others`, each as often as it is missing there. */
function without(all: readonly string[], others: readonly string[]): string[] {
  const left = [...others]
  return all.filter((line) => {
    const index = left.indexOf(line)
    if (index >= 0) left.splice(index, 1)
    return index < 0
  })
}

/** A line for each part. Spans and log records of the same kind have the same line: their order is not compared. */
function linesOf({ versions, calls, spans, logs }: Recording): string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]))
  return [
    ...Object.entries(versions).map(([name, version]) => `${name} ${version}`),
    ...calls.map(({ provider, request, model, stream, status, usage, cost }) =>
      JSON.stringify({ provider, request, model, stream, status, usage, cost }),
    ),
    ...spans.map((span) => spanLine(span, byId)),
    ...logs.map(({ scope, eventName, severity, attributes, spanId }) =>
      [
        `log ${scope.name}@${scope.version} ${eventName} ${severity}`,
        `in ${spanId && byId.get(spanId)?.name}: ${attributesLine(attributes)}`,
      ].join(' '),
    ),
  ]
}

function spanLine(span: RecordedSpan, byId: ReadonlyMap<string, RecordedSpan>): string {
  const { scope, kind, status, attributes, events = [] } = span
  const eventLines = events.map((event) => `${event.name}(${attributesLine(event.attributes)})`)
  return [
    `span ${pathOf(span, byId).join(' > ')} [${scope.name}@${scope.version} kind ${kind} status ${status.code}]`,
    attributesLine(attributes),
    ...eventLines,
  ].join(' ')
}

/** Names from the root down to the span; a parent that never ended has none. */
function pathOf(span: RecordedSpan, byId: ReadonlyMap<string, RecordedSpan>): string[] {
  if (span.parentSpanId === undefined) return [span.name]
  const parent = byId.get(span.parentSpanId)
  return [...(parent ? pathOf(parent, byId) : ['?']), span.name]
}

function attributesLine(attributes: RecordedAttributes): string {
  return Object.entries(attributes)
    .filter(([key]) => !UNSTABLE.has(key))
    .map(([key, value]) => {
      const isUsage = USAGE.test(key) && !TIME.test(key) && typeof value !== 'object'
      return isUsage ? `${key}=${value}` : key
    })
    .sort()
    .join(' ')
}
