import { type ExpiryReason, SessionIdle } from '@otel-sessions/processor/lifecycle'
import fc from 'fast-check'
import { afterEach, expect, it, vi } from 'vitest'
import { runs } from '../../../../../test/deep/runs.ts'

afterEach(() => {
  vi.useRealTimers()
})

interface Expiry {
  at: number
  id: string
  reason: ExpiryReason
}
interface Limits {
  idle: number | undefined
  maxAge: number | undefined
  maxSessions: number
}
type Step = { touch: string } | { delete: string } | { wait: number }

/** Checks every session in every millisecond. */
function naive(steps: readonly Step[], { idle, maxAge, maxSessions }: Limits): Expiry[] {
  let at = 0
  let watched: { id: string; seen: number; born: number }[] = []
  const expired: Expiry[] = []
  const isOver = (passed: number, limit: number | undefined) => limit !== undefined && passed >= limit
  for (const step of steps) {
    if ('delete' in step) watched = watched.filter(({ id }) => id !== step.delete)
    else if ('touch' in step) {
      const known = watched.find(({ id }) => id === step.touch)
      watched = watched.filter((session) => session !== known)
      watched.push({ id: step.touch, seen: at, born: known?.born ?? at })
      // The latest activity is at the end.
      watched = watched.slice(-maxSessions)
    } else {
      for (let left = step.wait; left > 0; left--) {
        at++
        const reasonOf = (session: (typeof watched)[number]): ExpiryReason | undefined => {
          if (isOver(at - session.seen, idle)) return 'idle'
          return isOver(at - session.born, maxAge) ? 'max-age' : undefined
        }
        for (const session of watched) {
          const reason = reasonOf(session)
          if (reason !== undefined) expired.push({ at, id: session.id, reason })
        }
        watched = watched.filter((session) => reasonOf(session) === undefined)
      }
    }
  }
  return expired
}

const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ touch: ids }) },
  { weight: 1, arbitrary: fc.record({ delete: ids }) },
  { weight: 3, arbitrary: fc.record({ wait: fc.integer({ min: 1, max: 30 }) }) },
)
const millis = fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined })
const limits: fc.Arbitrary<Limits> = fc
  .record({ idle: millis, maxAge: millis, maxSessions: fc.integer({ min: 1, max: 6 }) })
  .filter(({ idle, maxAge }) => idle !== undefined || maxAge !== undefined)

const inOrder = (expired: Expiry[]) =>
  expired.toSorted((one, other) => one.at - other.at || one.id.localeCompare(other.id))

it('sessions expire as in a model that checks all of them in every millisecond', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), limits, (steps, options) => {
      vi.useFakeTimers({ now: 0, toFake: ['setTimeout', 'clearTimeout', 'performance'] })
      const begin = performance.now()
      const expired: Expiry[] = []
      const onExpire = (id: string, reason: ExpiryReason) => {
        expired.push({ at: performance.now() - begin, id, reason })
      }
      const idle = new SessionIdle({ ...options, onExpire })
      for (const one of steps) {
        if ('touch' in one) idle.touch(one.touch)
        else if ('delete' in one) idle.delete(one.delete)
        else vi.advanceTimersByTime(one.wait)
      }
      idle.stop()
      vi.useRealTimers()
      expect(inOrder(expired)).toEqual(inOrder(naive(steps, options)))
    }),
    { numRuns: runs(1000) },
  )
})
