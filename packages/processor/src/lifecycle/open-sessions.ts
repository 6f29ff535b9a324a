import type { SessionRecordSettings } from '@otel-sessions/semconv/internal'
import { report } from '../report/report.ts'
import { count } from './lifecycle-stats.ts'

/** The most open sessions of a processor. */
const MOST_OPEN = 10_000

/** A session that was started here, and is open. */
export interface OpenSession {
  readonly id: string | undefined
  /** Ends it as indeterminate. Never throws. */
  endBecause: (reason: string) => void
}

/** A processor, by its settings; undefined stands for sessions none of whose words has met one so far. */
type Owner = SessionRecordSettings | undefined

interface OpenSet {
  readonly sessions: Map<string, OpenSession>
  readonly endAll: () => void
}

/**
 * The open sessions of this process, by the processor that stamps them, for one purpose: to be ended before nothing
 * can be said any more. Bounded, and nothing here decides a session.
 */
const open = new Map<Owner, OpenSet>()

/** Whose set a session is in. */
const owners = new Map<string, Owner>()

/** Takes up a session that was started here. An open one of the same ID is the same session, and makes room. */
export function addOpen(session: OpenSession): void {
  if (session.id === undefined) return
  if (owners.has(session.id)) {
    report('session-start:open-already', () => {
      return 'a session is started that is open: it is the same session, and its later object is the one that is ended at the shutdown. To take up a session there is resumeSession'
    })
  }
  put(session.id, session, undefined)
}

/** Takes a session out that is over, whichever object said so. Gives the one that was open. */
export function takeOpen(id: string): OpenSession | undefined {
  if (!owners.has(id)) return undefined
  const owner = owners.get(id)
  const set = open.get(owner)
  const session = set?.sessions.get(id)
  owners.delete(id)
  set?.sessions.delete(id)
  count('open', -1)
  if (set?.sessions.size === 0) {
    open.delete(owner)
    owner?.flush.atShutdown.delete(set.endAll)
  }
  return session
}

/** A word of a session has met its first processor: that one's shutdown ends it from now on. */
export function noteProcessor({ id }: { readonly id: string | undefined }, owner: Owner): void {
  if (id === undefined || owner === undefined || !owners.has(id) || owners.get(id) !== undefined) return
  const session = takeOpen(id)
  if (session !== undefined) put(id, session, owner)
}

/**
 * Ends sessions that were started here and are open, as indeterminate. Never throws.
 *
 * @param most how many
 * @returns whether more are open
 */
export function endOpenSessions(reason: string, most = Number.POSITIVE_INFINITY): boolean {
  let left = most
  for (const owner of [...open.keys()]) left -= endSomeOf(owner, reason, left)
  return open.size > 0
}

/** Ends a session that was started here and is open, as indeterminate. Never throws. */
export function endOpenSession(id: string, reason: string): void {
  open.get(owners.get(id))?.sessions.get(id)?.endBecause(reason)
}

function endSomeOf(owner: Owner, reason: string, most: number): number {
  const some = [...(open.get(owner)?.sessions.values() ?? [])].slice(0, Math.min(most, MOST_OPEN))
  for (const session of some) {
    session.endBecause(reason)
    // It may have ended before, by a word that is still on its way.
    if (session.id !== undefined) takeOpen(session.id)
  }
  return some.length
}

function put(id: string, session: OpenSession, owner: Owner): void {
  takeOpen(id)
  const set = open.get(owner) ?? newSet(owner)
  if (set.sessions.size >= MOST_OPEN) {
    const [oldest] = set.sessions.keys()
    if (oldest !== undefined) forget(oldest)
  }
  set.sessions.set(id, session)
  owners.set(id, owner)
  count('open')
}

function newSet(owner: Owner): OpenSet {
  const set: OpenSet = { sessions: new Map(), endAll: () => void endSomeOf(owner, 'shutdown', MOST_OPEN) }
  open.set(owner, set)
  owner?.flush.atShutdown.add(set.endAll)
  return set
}

function forget(id: string): void {
  takeOpen(id)
  count('forgotten')
  report('session-open:forgotten', () => {
    return `a session will not be ended at the shutdown: more than ${MOST_OPEN} are open, and it is the oldest`
  })
}
