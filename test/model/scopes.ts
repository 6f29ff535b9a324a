// What entering a scope makes of the scope around it.

import { isSessionId } from './ids.ts'
import type { SessionArgument, SessionFields } from './world.ts'

/** A scope that states a session, or (no `id`) that there is none. Compared by identity: entering makes a new one. */
export interface StatingScope {
  readonly id: string | undefined
}

/** What is in force inside: the innermost stating scope and the merged fields. */
export interface Scope {
  readonly stating: StatingScope | undefined
  readonly fields: SessionFields
}

/** What one argument says: a session (or absence), or only fields. */
export interface Said {
  readonly states: boolean
  readonly id: string | undefined
  readonly fields: SessionFields
}

export function readArgument(session: SessionArgument): Said {
  if (typeof session !== 'object' || session === null) {
    return { states: true, id: validOrAbsent(session), fields: {} }
  }
  const fields = { ...said('userId', session.userId), ...said('conversationId', session.conversationId) }
  // The property counts, not its value: `{ sessionId: req.session?.id }` must not fall back to the outer session.
  if (!('sessionId' in session)) return { states: false, id: undefined, fields }
  return { states: true, id: validOrAbsent(session.sessionId), fields }
}

/** An ID that is refused does not leave the outer one in force; one that is not given does. */
function said(field: keyof SessionFields, value: unknown): SessionFields {
  if (value === undefined) return {}
  return { [field]: isSessionId(value) ? value : undefined }
}

export function enterScope(outer: Scope | undefined, said: Said): Scope {
  if (!said.states) return { stating: outer?.stating, fields: { ...outer?.fields, ...said.fields } }
  const stating = { id: said.id }
  // Absence: whose work it is, is not known.
  if (said.id === undefined) return { stating, fields: said.fields }
  const { conversationId, ...kept } = outer?.fields ?? {}
  // The same session named again is not a new one, so its conversation goes on.
  const sameSession = said.id === outer?.stating?.id
  const carried = sameSession && conversationId !== undefined ? { ...kept, conversationId } : kept
  return { stating, fields: { ...carried, ...said.fields } }
}

function validOrAbsent(value: unknown): string | undefined {
  return isSessionId(value) ? value : undefined
}
