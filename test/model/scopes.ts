// How entering a scope combines it with the outer scope.

import { isSessionId } from './ids.ts'
import type { SessionArgument, SessionFields } from './world.ts'

/** A scope that sets a session, or (without `id`) clears it. Compared by identity: entering creates a new one. */
export interface DecidingScope {
  readonly id: string | undefined
  /** The scopes around it that set a session. */
  readonly around: readonly string[]
}

/** The active state inside: the innermost deciding scope and the merged fields. */
export interface Scope {
  readonly deciding: DecidingScope | undefined
  readonly fields: SessionFields
  /** The span that was active when the scope was entered, and the fields that were set since it became active. */
  readonly under: object | undefined
  readonly below: SessionFields
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

export function enterScope(outer: Scope | undefined, argument: Argument, span: object | undefined): Scope {
  const sameSession = argument.id === outer?.deciding?.id
  const below = outer?.under === span ? outer?.below : undefined
  const around = [outer?.deciding?.id, ...(outer?.deciding?.around ?? [])].filter((id) => id !== undefined)
  return {
    deciding: argument.decides ? { id: argument.id, around } : outer?.deciding,
    fields: nest(outer?.fields, argument, sameSession),
    under: span,
    below: nest(below, argument, sameSession),
  }
}

function nest(outer: SessionFields = {}, argument: Argument, sameSession: boolean): SessionFields {
  if (!argument.decides) return { ...outer, ...argument.fields }
  // Cleared: the user of the work is unknown.
  if (argument.id === undefined) return argument.fields
  const { conversationId, ...kept } = outer
  // The same session set again is not a new one, so its conversation continues.
  const carried = sameSession && 'conversationId' in outer ? { ...kept, conversationId } : kept
  return { ...carried, ...argument.fields }
}

function validOrCleared(value: unknown): string | undefined {
  return isSessionId(value) ? value : undefined
}
