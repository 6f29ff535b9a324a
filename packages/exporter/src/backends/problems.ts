import { kindOf } from '@otel-sessions/semconv/internal'
import type { BackendProblem } from './backend.ts'

const TEXTS: Readonly<Record<BackendProblem, string>> = {
  'id-too-long': 'the session ID is longer than the backend accepts; it is left out',
  'id-not-allowed': 'the backend does not accept session IDs of this form; it is left out',
  cleared: "the backend's session is removed, because the application cleared the session",
  'conversation-not-a-string': 'gen_ai.conversation.id is not a string; it is left out',
  'user-not-a-string': 'user.id is not a string; it is left out',
  'tags-not-strings': 'tag.tags is not an array of strings; what is not a string is left out',
  'tag-with-comma': 'a tag with a comma is left out; the backend would read two tags',
  'tags-unreadable': 'reading the tags throws; they are left out',
  'metadata-key': 'a metadata key that would name a session, a user or a prototype is left out',
  'metadata-too-many': 'metadata keys after the first 128 are left out',
  'metadata-too-long': 'metadata is longer than 32 kB of JSON; it is left out',
  'metadata-not-an-object': 'metadata is not a JSON object; it is left out',
  'metadata-unserialisable': 'metadata cannot be written as JSON; it is left out',
  'attributes-unreadable': 'reading the attributes of a span throws; nothing is added to it',
}

/**
 * The log message of a problem: the kind of the value, never the value itself.
 *
 * @param what is logged instead of the kind of the value
 */
export const problemText = (
  name: string,
  problem: BackendProblem,
  value: unknown,
  what = kindOf(value),
): string => `backend ${name}: ${TEXTS[problem]} (${what})`
