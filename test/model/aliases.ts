// The part of the alias table that the programs use: one or two names of every group, in the order of the table, which
// is by concept: sessions, then conversations, then threads.

import { isInferable, isSessionId } from './ids.ts'

const CONCEPTS = ['session', 'conversation', 'thread'] as const

/** What named an inferred session. */
export interface Source {
  readonly key: string
  readonly concept: (typeof CONCEPTS)[number]
}

export interface Named {
  readonly id: string
  readonly by: Source
}

const NAMES: Readonly<Record<Source['concept'], readonly string[]>> = {
  session: [
    'session_id',
    'langfuse.session.id',
    'traceloop.association.properties.session_id',
    'ai.telemetry.metadata.$ai_session_id',
    'gen_ai.session.id',
  ],
  conversation: ['gen_ai.conversation.id', 'conversation_id', 'traceloop.association.properties.chat_id'],
  thread: ['thread_id', 'langwatch.thread.id', 'mastra.metadata.threadId'],
}

const NAMES_IN_METADATA: typeof NAMES = {
  session: ['session_id', 'sessionId', 'langfuse.session.id'],
  conversation: ['conversation_id', 'conversationId'],
  thread: ['thread_id', 'threadId'],
}

export type Attributes = Readonly<Record<string, unknown>>

/**
 * The first valid alias; the caller handles `session.id` itself. Where an alias named the session earlier, only those
 * of a higher concept replace it, and it does so itself.
 */
export function readAlias(attributes: Attributes, earlier?: Source): Named | undefined {
  const replacing = candidatesIn(attributes).filter(
    ({ by }) => earlier === undefined || ranksAbove(by, earlier) || by.key === earlier.key,
  )
  // A higher concept is before the earlier key, whose place among its own concept is then of no account.
  for (const { value, by } of replacing) {
    // A placeholder is ignored like an invalid value: the next name is read.
    const id = Number.isSafeInteger(value) ? String(value) : value
    if (isInferable(id)) return { id, by }
  }
  return undefined
}

const ranksAbove = (one: Source, other: Source): boolean =>
  CONCEPTS.indexOf(one.concept) < CONCEPTS.indexOf(other.concept)

/** Whether the span has an ID with invalid characters or of an invalid length. */
export function namesInvalidSession(attributes: Attributes): boolean {
  const isRefused = (value: unknown) =>
    typeof value === 'string' && value.trim() !== '' && !isSessionId(value)
  const values = candidatesIn(attributes).map(({ value }) => value)
  return [attributes['session.id'], ...values].some(isRefused)
}

function candidatesIn(attributes: Attributes): { value: unknown; by: Source }[] {
  const json = parseObject(attributes['metadata'])
  return CONCEPTS.flatMap((concept) => [
    ...NAMES[concept].map((key) => ({ value: attributes[key], by: { key, concept } })),
    ...NAMES_IN_METADATA[concept].map((name) => ({
      value: json[name],
      by: { key: `${name} in the JSON`, concept },
    })),
    ...NAMES_IN_METADATA[concept].map((name) => ({
      value: attributes[`metadata.${name}`],
      by: { key: `metadata.${name}`, concept },
    })),
  ])
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
