import { kindOf } from '@otel-sessions/semconv/internal'
import { sayOnce } from './report.ts'

/** Why something is not shipped under the keys of a dialect. */
export type DialectReason =
  | 'id-too-long'
  | 'id-not-allowed'
  | 'stated-absence'
  | 'tag-with-comma'
  | 'tags-unreadable'
  | 'metadata-key'
  | 'metadata-too-many'
  | 'metadata-too-long'
  | 'metadata-not-an-object'
  | 'metadata-unserialisable'

const WORDS: Readonly<Record<DialectReason, string>> = {
  'id-too-long': 'the session ID is longer than it takes, and is left out for it',
  'id-not-allowed': 'the session ID has a form that it does not take, and is left out for it',
  'stated-absence': 'its session is taken away, because the application says that there is none',
  'tag-with-comma': 'a tag with a comma is left out, it would become two',
  'tags-unreadable': 'tags are left out, reading them throws',
  'metadata-key': 'a metadata key is left out that would name a session, a user or a prototype',
  'metadata-too-many': 'metadata keys beyond the first 128 are left out',
  'metadata-too-long': 'metadata is left out, its JSON is longer than 32 kB',
  'metadata-not-an-object': 'metadata is left out, it is no JSON object',
  'metadata-unserialisable': 'metadata is left out, making JSON of it throws',
}

/** The counters behind `stats().dialects`. */
export type DialectCounters = Map<string, Partial<Record<DialectReason, number>>>

/** Counts a span, and says it once, without the value. */
export function countProblem(
  counters: DialectCounters,
  name: string,
  reason: DialectReason,
  value: unknown,
): void {
  let counts = counters.get(name)
  if (counts === undefined) {
    counts = {}
    counters.set(name, counts)
  }
  counts[reason] = (counts[reason] ?? 0) + 1
  sayOnce(`dialect:${name}:${reason}`, () => {
    return `dialect ${name}: ${WORDS[reason]}, which stats().dialects counts. It is ${kindOf(value)}`
  })
}
