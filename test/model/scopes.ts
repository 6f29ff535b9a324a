// How entering a scope combines it with the outer scope.

import { isSessionId } from './ids.ts'
import type { SessionArgument, SessionFields } from './world.ts'

/** A scope that sets a session, or (without `id`) clears it. Compared by identity: entering creates a new one. */
export interface DecidingScope {
  readonly id: string | undefined
}

/** The active state inside: the innermost deciding scope and the merged fields. */
export interface Scope {
  readonly deciding: DecidingScope | undefined
  readonly fields: SessionFields
}

/** A parsed argument: a session (set or cleared), or only fields. */
export interface Argument {
  readonly decides: boolean
  readonly id: string | undefined
  readonly fields: SessionFields
}

export function readArgument(session: SessionArgument): Argument {
  if (typeof session !== 'object' || session === null) {
    return { decides: true, id: validOrCleared(session), fields: {} }
  }
  const fields = {
    ...idField('userId', session.userId),
    ...idField('conversationId', session.conversationId),
  }
  // The property counts, not its value: `{ sessionId: req.session?.id }` must not fall back to the outer session.
  if (!('sessionId' in session)) return { decides: false, id: undefined, fields }
  return { decides: true, id: validOrCleared(session.sessionId), fields }
}

/** An invalid ID replaces the outer one by none; a missing one keeps it. */
function idField(field: keyof SessionFields, value: unknown): SessionFields {
  if (value === undefined) return {}
  return { [field]: isSessionId(value) ? value : undefined }
}

export function enterScope(outer: Scope | undefined, argument: Argument): Scope {
  if (!argument.decides)
    return { deciding: outer?.deciding, fields: { ...outer?.fields, ...argument.fields } }
  const deciding = { id: argument.id }
  // Cleared: the user of the work is unknown.
  if (argument.id === undefined) return { deciding: deciding, fields: argument.fields }
  const { conversationId, ...kept } = outer?.fields ?? {}
  // The same session set again is not a new one, so its conversation continues.
  const sameSession = argument.id === outer?.deciding?.id
  const carried = sameSession && conversationId !== undefined ? { ...kept, conversationId } : kept
  return { deciding: deciding, fields: { ...carried, ...argument.fields } }
}

function validOrCleared(value: unknown): string | undefined {
  return isSessionId(value) ? value : undefined
}
