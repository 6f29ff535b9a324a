import type { SessionRecordSettings } from '@otel-sessions/semconv/internal'
import { sessionCounters } from '../report/process-stats.ts'
import { report } from '../report/report.ts'
import type { SessionEnded } from './types.ts'

/** The most open sessions of a processor. */
const MOST_OPEN = 10_000

/** A session that was started in this process and is open. */
export interface OpenSession {
  readonly id: string
  /** Ends it as indeterminate. Never throws. */
  end(reason: string): void
  /** Shows on its object that something else ended it. */
  noteEnd(end: SessionEnded): void
}

/** A processor, by its settings; undefined for sessions whose spans have not met a processor so far. */
type Owner = SessionRecordSettings | undefined

interface OpenSet {
  readonly sessions: Map<string, OpenSession>
  readonly endAll: () => void
}

/**
 * The open sessions of this process, by the processor that stamps their spans. They are kept for one purpose: the
 * shutdown of the provider ends them. Bounded, and nothing here decides a session.
 */
const open = new Map<Owner, OpenSet>()

/** The processor of each open session. */
const owners = new Map<string, Owner>()

/** Adds a session that starts. It replaces an open one with the same ID, which is the same session. */
export function addOpen(session: OpenSession): void {
  if (owners.has(session.id)) {
    report('session-start:open-already', () => {
      return 'startSession is called for a session that is open: the shutdown ends its later object only. Use resumeSession for a session that exists'
    })
  }
  put(session, undefined)
}

/** Removes and returns an open session that ends, whichever object ends it. */
export function takeOpen(id: string): OpenSession | undefined {
  if (!owners.has(id)) return undefined
  const owner = owners.get(id)
  const set = open.get(owner)
  const session = set?.sessions.get(id)
  owners.delete(id)
  set?.sessions.delete(id)
  sessionCounters().open--
  if (set?.sessions.size === 0) {
    open.delete(owner)
    owner?.flush.atShutdown.delete(set.endAll)
  }
  return session
}

/** Notes the first processor that a span of the session meets: the shutdown of that one ends the session. */
export function noteProcessor(id: string, owner: Owner): void {
  if (owner === undefined || !owners.has(id) || owners.get(id) !== undefined) return
  const session = takeOpen(id)
  if (session !== undefined) put(session, owner)
}

/**
 * Ends open sessions as indeterminate. Never throws.
 *
 * @param most how many
 * @returns whether more are open
 */
export function endOpenSessions(reason: string, most = Number.POSITIVE_INFINITY): boolean {
  let left = most
  for (const owner of [...open.keys()]) left -= endSomeOf(owner, reason, left)
  return open.size > 0
}

/** Ends a session that was started in this process and is open, as indeterminate. Never throws. */
export function endOpenSession(id: string, reason: string): void {
  open.get(owners.get(id))?.sessions.get(id)?.end(reason)
}

function endSomeOf(owner: Owner, reason: string, most: number): number {
  const some = [...(open.get(owner)?.sessions.values() ?? [])].slice(0, Math.min(most, MOST_OPEN))
  for (const session of some) {
    session.end(reason)
    // Its object may have ended before, while the session was started again or its end is being emitted.
    takeOpen(session.id)
  }
  return some.length
}

function put(session: OpenSession, owner: Owner): void {
  const { id } = session
  takeOpen(id)
  const set = open.get(owner) ?? newSet(owner)
  if (set.sessions.size >= MOST_OPEN) {
    const [oldest] = set.sessions.keys()
    if (oldest !== undefined) forget(oldest)
  }
  set.sessions.set(id, session)
  owners.set(id, owner)
  sessionCounters().open++
}

function newSet(owner: Owner): OpenSet {
  const set: OpenSet = { sessions: new Map(), endAll: () => void endSomeOf(owner, 'shutdown', MOST_OPEN) }
  open.set(owner, set)
  owner?.flush.atShutdown.add(set.endAll)
  return set
}

function forget(id: string): void {
  takeOpen(id)
  sessionCounters().forgotten++
  report('session-open:forgotten', () => {
    return `the shutdown will not end the oldest open session: more than ${MOST_OPEN} are open`
  })
}
