import type { SessionInit } from '@otel-sessions/processor'
import { checkSessionId } from '@otel-sessions/semconv'
import { isPolluted, kindOf } from '@otel-sessions/semconv/internal'
import type { SessionOfRequest } from './options.ts'

const FIELDS = [
  'sessionId',
  'conversationId',
  'userId',
  'previousSessionId',
  'metadata',
  'tags',
] satisfies (keyof SessionInit)[]

/** What the application's function returned, checked. */
export interface CheckedAnswer {
  /** An invalid ID is `null` here. Objects are copied, so that every span gets the same. */
  readonly session: SessionOfRequest
  /** What is wrong with the ID, for a message; never the ID itself. */
  readonly problem?: string
}

/** Checks what the application's function returned. Never throws, whatever the value is. */
export function checkAnswer(answer: unknown): CheckedAnswer {
  if (answer === undefined || answer === null) return { session: answer }
  if (typeof answer !== 'object') return checkId(answer)
  try {
    const session = copyInit(answer)
    if (session === undefined) return { session: null, problem: kindOf(answer) }
    if (!('sessionId' in session) || session.sessionId === null) return { session }
    const { session: sessionId, problem } = checkId(session.sessionId)
    return problem === undefined
      ? { session }
      : { session: { ...session, sessionId } as SessionInit, problem }
  } catch {
    return { session: null, problem: 'an object that throws when it is read' }
  }
}

function checkId(value: unknown): CheckedAnswer & { session: string | null } {
  const check = checkSessionId(value)
  return check.ok ? { session: check.id } : { session: null, problem: `${kindOf(value)} (${check.reason})` }
}

/** Copies a `SessionInit`, also of a class; undefined for an object that is none, such as an array or a Map. */
function copyInit(init: object): SessionInit | undefined {
  const prototype = Object.getPrototypeOf(init)
  // What stands on `Object.prototype` would be in every session.
  const present = FIELDS.filter((field) => field in init && !isPolluted(init, field))
  if (prototype !== Object.prototype && prototype !== null && present.length === 0) return undefined
  // Each is read once. Properties that are no fields are kept, because `usingSession` reports them.
  const copy: Record<string, unknown> = { ...init }
  for (const field of present) if (!Object.hasOwn(copy, field)) copy[field] = init[field as keyof object]
  return copy
}
