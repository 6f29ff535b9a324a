// The alias table, as far as the programs use it: one or two names of every group, in the order of the table.

import { isHint, isSessionId } from './ids.ts'

const NAMES = [
  'gen_ai.conversation.id',
  'session_id',
  'conversation_id',
  'thread_id',
  'langfuse.session.id',
  'traceloop.association.properties.session_id',
  'mastra.metadata.threadId',
  'gen_ai.session.id',
]

const NAMES_IN_METADATA = [
  'session_id',
  'sessionId',
  'conversation_id',
  'conversationId',
  'thread_id',
  'threadId',
]

export type Attributes = Readonly<Record<string, unknown>>

/** The first alias that names a session; `session.id` itself is the caller's business. */
export function readAlias(attributes: Attributes): string | undefined {
  // A placeholder is ignored like an invalid value: the next name is asked.
  return candidatesIn(attributes)
    .map((value) => (Number.isSafeInteger(value) ? String(value) : value))
    .find(isHint)
}

/** Somebody's session is on the span, with characters or of a length that an ID must not have. */
export function namesRefusedSession(attributes: Attributes): boolean {
  const isRefused = (value: unknown) =>
    typeof value === 'string' && value.trim() !== '' && !isSessionId(value)
  return [attributes['session.id'], ...candidatesIn(attributes)].some(isRefused)
}

function candidatesIn(attributes: Attributes): unknown[] {
  const inMetadata = parseObject(attributes['metadata'])
  return [
    ...NAMES.map((name) => attributes[name]),
    ...NAMES_IN_METADATA.map((name) => inMetadata[name]),
    ...NAMES_IN_METADATA.map((name) => attributes[`metadata.${name}`]),
  ]
}

function parseObject(json: unknown): Attributes {
  if (typeof json !== 'string') return {}
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Attributes) : {}
  } catch {
    return {}
  }
}
