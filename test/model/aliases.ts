// The part of the alias table that the programs use: one or two names of every group, in the order of the table.

import { isInferable, isSessionId } from './ids.ts'

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

/** The first valid alias; the caller handles `session.id` itself. */
export function readAlias(attributes: Attributes): string | undefined {
  // A placeholder is ignored like an invalid value: the next name is read.
  return candidatesIn(attributes)
    .map((value) => (Number.isSafeInteger(value) ? String(value) : value))
    .find(isInferable)
}

/** Whether the span has an ID with invalid characters or of an invalid length. */
export function namesInvalidSession(attributes: Attributes): boolean {
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
