import { now } from '@otel-sessions/semconv/internal'
import type { SessionFields } from '../scope/session-init.ts'
import { langChain, type NotedScope } from './hooks.ts'

/**
 * The sessions that were entered in this process, so that a late ID on a span of LangChain is known to be one of them;
 * see `other-session.ts`. They decide no session otherwise. Only this copy of the package knows them.
 */
interface Entered {
  /** The scope that was entered last. */
  readonly scope: NotedScope
  /** When it was entered, by the clock of `now()`. */
  readonly at: number
  /** What all scopes of the session that are not over agree on. */
  readonly fields: SessionFields | undefined
  /** The sessions around any of its scopes, and no more than `MOST_AROUND`. */
  readonly around: Set<string>
}

const MOST_SESSIONS = 10_000
const REMEMBERED_MILLIS = 60_000

/** How many sessions around it a session knows: scopes that nest without an end must not pile up in memory. */
const MOST_AROUND = 16

/** Most applications have no LangChain, so only the first scopes are noted until one of its spans is seen. */
const FIRST_SCOPES = 1000

const sessions = new Map<string, Entered>()
let left = FIRST_SCOPES

function noteScope(scope: NotedScope, outer: NotedScope | undefined): void {
  if (left-- === 0) {
    sessions.clear()
    langChain.onScope = undefined
    return
  }
  const { id: outerId, around } = outer?.decidingScope ?? {}
  scope.around = outerId === undefined ? around : [outerId, ...(around ?? [])].slice(0, MOST_AROUND)
  if (scope.id !== undefined) remember(scope.id, scope)
}

function remember(id: string, scope: NotedScope): void {
  const before = sessions.get(id)
  const fields = before !== undefined && isActive(before) ? common(before.fields, scope.fields) : scope.fields
  const around = before?.around ?? new Set()
  for (const outer of scope.around ?? []) if (around.size < MOST_AROUND) around.add(outer)
  // Deleted first, so that the map stays in the order of entering.
  sessions.delete(id)
  sessions.set(id, { scope, at: now(), fields, around })
  if (sessions.size > MOST_SESSIONS) for (const [oldest] of sessions) return void sessions.delete(oldest)
}

/** Requests of one session agree on the user; the tags and metadata of one are not the other's. */
function common(one: SessionFields | undefined, other: SessionFields | undefined): SessionFields | undefined {
  if (one === undefined || other === undefined) return undefined
  const same = Object.entries(one).filter(([key, value]) => other[key as keyof SessionFields] === value)
  return Object.fromEntries(same) as unknown as SessionFields
}

/** A scope whose end cannot be known counts as open, as all do in a bundle for browsers, workers and edge runtimes. */
const isActive = ({ scope, at }: Entered): boolean =>
  scope.over === undefined || (scope.overAt ?? at) > now() - REMEMBERED_MILLIS

/** Begins to note sessions: those of the next scopes, `FIRST_SCOPES` or all. */
export function noteSessions(scopes: number = FIRST_SCOPES): void {
  left = scopes
  langChain.onScope = noteScope
}

/** Forgets all sessions, and begins anew. For tests. */
export function forgetSessions(): void {
  sessions.clear()
  noteSessions()
}

/** Finds a session that was entered, and is open or was left less than 60 s ago, unless it is around another one. */
export function findEntered(id: string, inside: string): Pick<Entered, 'fields'> | undefined {
  const around = sessions.get(inside)?.around
  if (around === undefined || around.has(id) || around.size === MOST_AROUND) return undefined
  const entered = sessions.get(id)
  return entered !== undefined && isActive(entered) ? entered : undefined
}
