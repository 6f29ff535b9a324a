import { kindOf } from '@otel-sessions/semconv/internal'
import { sayOnce } from './report.ts'
import { increment } from './stats.ts'

/** Why something is not shipped under the keys of a dialect. */
export type DialectReason =
  | 'id-too-long'
  | 'id-not-allowed'
  | 'cleared'
  | 'conversation-not-a-string'
  | 'user-not-a-string'
  | 'tags-not-strings'
  | 'tag-with-comma'
  | 'tags-unreadable'
  | 'metadata-key'
  | 'metadata-too-many'
  | 'metadata-too-long'
  | 'metadata-not-an-object'
  | 'metadata-unserialisable'
  | 'attributes-unreadable'

const WORDS: Readonly<Record<DialectReason, string>> = {
  'id-too-long': 'the session ID is longer than it takes, and is left out for it',
  'id-not-allowed': 'the session ID has a form that it does not take, and is left out for it',
  cleared: 'its session is taken away, because the application says that there is none',
  'conversation-not-a-string': 'gen_ai.conversation.id is left out, it is no string',
  'user-not-a-string': 'user.id is left out, it is no string',
  'tags-not-strings': 'tag.tags is no array of strings, what is no string is left out',
  'tag-with-comma': 'a tag with a comma is left out, it would become two',
  'tags-unreadable': 'tags are left out, reading them throws',
  'metadata-key': 'a metadata key is left out that would name a session, a user or a prototype',
  'metadata-too-many': 'metadata keys beyond the first 128 are left out',
  'metadata-too-long': 'metadata is left out, its JSON is longer than 32 kB',
  'metadata-not-an-object': 'metadata is left out, it is no JSON object',
  'metadata-unserialisable': 'metadata is left out, making JSON of it throws',
  'attributes-unreadable': 'nothing is added to a span, reading its attributes throws',
}

/** The counters behind `stats().dialects`. */
export type DialectCounters = Map<string, Partial<Record<DialectReason, number>>>

/** Counts a span, and says it once, without the value: `what` is said in place of its kind. */
export function countProblem(
  counters: DialectCounters,
  name: string,
  reason: DialectReason,
  value: unknown,
  what?: string | undefined,
): void {
  let counts = counters.get(name)
  if (counts === undefined) {
    counts = {}
    counters.set(name, counts)
  }
  increment(counts, reason)
  sayOnce(`dialect:${name}:${reason}`, () => {
    return `dialect ${name}: ${WORDS[reason]}, which stats().dialects counts. It is ${what ?? kindOf(value)}`
  })
}
