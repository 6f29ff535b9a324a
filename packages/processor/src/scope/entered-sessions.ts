import { now } from '@otel-sessions/semconv/internal'
import type { SessionFields } from './session-init.ts'

/** The part of a scope that counts here. */
interface Scope {
  readonly id: string | undefined
  readonly fields: SessionFields | undefined
  readonly over: string | undefined
  readonly overAt: number | undefined
}

/**
 * The sessions that were entered in this process, so that a late ID on a span of LangChain is known to be one of them;
 * see `rules/other-session.ts`. They decide no session otherwise. Only this copy of the package knows them.
 */
interface Entered {
  readonly scope: Scope
  /** When it was entered, by the clock of `now()`. */
  readonly at: number
  /** What all scopes of the session that are not over agree on. */
  readonly fields: SessionFields | undefined
}

const MOST_SESSIONS = 10_000
const REMEMBERED_MILLIS = 60_000

// Until somebody asks, the last few scopes in a ring, for a few nanoseconds each.
const RING_SIZE = 1_000
let ring: Scope[] = []
let next = 0
let sessions: Map<string, Entered> | undefined

/** Notes a scope that sets a session. */
export function noteEntered(scope: Scope): void {
  if (sessions !== undefined) {
    remember(sessions, scope)
    return
  }
  ring[next] = scope
  next = next + 1 === RING_SIZE ? 0 : next + 1
}

function remember(map: Map<string, Entered>, scope: Scope): void {
  const id = scope.id as string
  const before = map.get(id)
  const fields = before !== undefined && isActive(before) ? common(before.fields, scope.fields) : scope.fields
  // Deleted first, so that the map stays in the order of entering.
  map.delete(id)
  map.set(id, { scope, at: now(), fields })
  if (map.size > MOST_SESSIONS) for (const [oldest] of map) return void map.delete(oldest)
}

/** Requests of one session agree on the user; the tags and metadata of one are not the other's. */
function common(one: SessionFields | undefined, other: SessionFields | undefined): SessionFields | undefined {
  if (one === other || one === undefined || other === undefined) return one === other ? one : undefined
  const same = <K extends keyof SessionFields>(key: K) => (one[key] === other[key] ? one[key] : undefined)
  return {
    conversationId: same('conversationId'),
    userId: same('userId'),
    previousSessionId: undefined,
    metadata: same('metadata'),
    tags: same('tags'),
  }
}

/** A scope whose end cannot be known counts as open. */
const isActive = ({ scope, at }: Entered): boolean =>
  scope.over === undefined || (scope.overAt ?? at) > now() - REMEMBERED_MILLIS

/** Forgets all sessions. For tests. */
export function forgetSessions(): void {
  ring = []
  next = 0
  sessions = undefined
}

/** Starts to remember more scopes than the last few. */
export function rememberSessions(): void {
  if (sessions !== undefined) return
  sessions = new Map()
  // The oldest first; before the ring is full, the part behind `next` is empty.
  for (const scope of [...ring.slice(next), ...ring.slice(0, next)]) remember(sessions, scope)
  ring = []
}

/** Finds a session that was entered, and is open or was left less than 60 s ago. */
export function findEntered(id: string): { readonly fields: SessionFields | undefined } | undefined {
  const entered = sessions?.get(id)
  return entered !== undefined && isActive(entered) ? entered : undefined
}
