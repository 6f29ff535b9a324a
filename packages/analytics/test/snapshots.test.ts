import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { runs } from '../../../test/deep/runs.ts'
import { type AnalyticsSnapshot, SessionAnalytics } from '../src/index.ts'
import { chat, spanMaker } from './support/spans.ts'

const totalsMade = vi.hoisted(() => ({ count: 0 }))
vi.mock('../src/totals/read-totals.ts', async (original) => {
  const actual = await original<typeof import('../src/totals/read-totals.ts')>()
  return {
    ...actual,
    totalsOf: (session: never) => {
      totalsMade.count++
      return actual.totalsOf(session)
    },
  }
})

/** A snapshot with all that a session can have. */
function fullSnapshot(): AnalyticsSnapshot {
  const span = spanMaker()
  const analytics = new SessionAnalytics({ prices: { m: { input: 1, output: 2 } } })
  const models = Array.from({ length: 33 }, (_, model) => (model === 0 ? 'm' : `m${model}`))
  for (const model of models) {
    const people = { 'user.id': `user of ${model}`, 'tag.tags': [model], 'langfuse.environment': 'e' }
    analytics.onEnd(span('s', { attributes: { ...chat(model, 5, 3), ...people } }))
  }
  const sessionSpans = [
    ['start', { 'session.name': 'n', 'session.previous_id': 'before' }],
    ['event', {}],
    ['attachment', {}],
    ['feedback', { 'session.feedback.score': 0.5 }],
    ['feedback', { 'session.feedback.name': 'silent' }],
    ['metric', { 'session.metric.name': 'clicks', 'session.metric.value': -3 }],
    ['end', { 'session.end.state': 'success', 'session.end.reason': 'done' }],
  ] as const
  for (const [kind, attributes] of sessionSpans) {
    analytics.onEnd(span('s', { name: `session.${kind}`, attributes }))
  }
  return travelled(analytics)
}

const travelled = (analytics: SessionAnalytics): AnalyticsSnapshot => JSON.parse(JSON.stringify(analytics))

/** Numbers that are valid in some place. */
const LARGE = [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 8.64e15, -8.64e15, 4095, 1, 0]
const HOSTILE: readonly unknown[] = [
  ...[Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 1, 0.5, 4095, 4096, 1e308, -1e308, 8.64e15, -8.64e15],
  ...[Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER + 1],
  ...['', '9'.repeat(40), '-'.concat('9'.repeat(40)), '9'.repeat(41), '1e9', '__proto__', 'x'.repeat(201)],
  ...[null, undefined, true, false, [], {}, [[0, 1]], { length: 1e9 }],
]

type Path = readonly (string | number)[]

/** The paths of all values in a snapshot. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([key, each]) => pathsOf(each, [...path, key]))]
}

function withValue(snapshot: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value
  if (typeof snapshot !== 'object' || snapshot === null) return snapshot
  const copy = Array.isArray(snapshot) ? [...snapshot] : { ...snapshot }
  const fields = copy as Record<string | number, unknown>
  fields[key] = withValue(fields[key], rest, value)
  return copy
}

const FULL = fullSnapshot()
const PATHS = pathsOf(FULL)
const valueAt = (path: Path): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], FULL)
const NUMBERS = PATHS.filter((path) => typeof valueAt(path) === 'number')
/** Values of the wrong kind anywhere, or numbers where numbers are. */
const change = fc.oneof(
  fc.tuple(fc.constantFrom(...PATHS), fc.constantFrom(...HOSTILE)),
  fc.tuple(fc.constantFrom(...NUMBERS), fc.constantFrom(...LARGE)),
)
const hostileSnapshot = fc
  .oneof(
    fc.array(change, { minLength: 1, maxLength: 3 }),
    fc.tuple(fc.constantFrom(...NUMBERS), fc.constantFrom(...LARGE)).map((one) => [one]),
  )
  .map((changes) =>
    changes.reduce<unknown>((snapshot, [path, value]) => withValue(snapshot, path, value), FULL),
  )

function isAccepted(snapshot: unknown): boolean {
  const analytics = new SessionAnalytics()
  try {
    analytics.merge(snapshot as AnalyticsSnapshot)
    return true
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    expect(analytics.counters().sessions).toBe(0)
    return false
  }
}

/** Whether all numbers in totals are finite. */
const hasFiniteNumbers = (value: unknown): boolean =>
  typeof value === 'number'
    ? Number.isFinite(value)
    : typeof value !== 'object' || value === null || Object.values(value).every(hasFiniteNumbers)

test('a hostile snapshot is rejected as a whole, or leaves totals that can be merged, however often', () => {
  let accepted = 0
  fc.assert(
    fc.property(hostileSnapshot, fc.integer({ min: 1, max: 20 }), (snapshot, times) => {
      if (!isAccepted(snapshot)) return
      accepted++
      const analytics = new SessionAnalytics()
      for (let time = 0; time < times; time++) analytics.merge(snapshot as AnalyticsSnapshot)
      analytics.merge(FULL)
      analytics.merge(analytics.snapshot())
      for (const session of analytics.sessions()) expect(hasFiniteNumbers(session)).toBe(true)
      expect(isAccepted(travelled(analytics))).toBe(true)
    }),
    { numRuns: runs(1_000) },
  )
  expect(accepted).toBeGreaterThan(10)
})

test.each([
  ['largest', Number.MAX_SAFE_INTEGER, 1],
  ['smallest', Number.MIN_SAFE_INTEGER, -1],
])('a snapshot with the %s numbers that are accepted can be merged many times', (_, extreme, sign) => {
  let snapshot: unknown = FULL
  const sums = PATHS.filter((path) => /^-?\d+$/.test(String(valueAt(path))) && path.at(-1) !== 'id')
  for (const path of sums) {
    for (const value of [extreme, 8.64e15 * sign, `${sign < 0 ? '-' : ''}${'9'.repeat(40)}`]) {
      const changed = withValue(snapshot, path, value)
      if (isAccepted(changed)) {
        snapshot = changed
        break
      }
    }
  }
  const analytics = new SessionAnalytics()
  for (let time = 0; time < 100; time++) analytics.merge(snapshot as AnalyticsSnapshot)
  const sum = travelled(analytics)
  expect(isAccepted(sum)).toBe(true)
  expect(sum.sessions.length).toBe(FULL.sessions.length)
  for (const session of analytics.sessions()) expect(hasFiniteNumbers(session)).toBe(true)
})

test('a span with a time that no clock has is counted without it, and totals can be merged', () => {
  const analytics = new SessionAnalytics()
  const span = spanMaker()
  for (const seconds of [1e300, -1e300, 1e15]) {
    for (const name of ['work', 'session.end', 'session.start']) {
      const time: [number, number] = [seconds, 0]
      analytics.onEnd({
        ...span('s', { name, attributes: { 'session.name': 'n' } }),
        startTime: time,
        endTime: time,
      })
    }
  }
  expect(analytics.stats('s')).toMatchObject({
    spans: 3,
    firstTime: undefined,
    end: undefined,
    name: undefined,
  })
  expect(isAccepted(travelled(analytics))).toBe(true)
})

test('a snapshot of an older release is rejected, with the version that is expected', () => {
  const analytics = new SessionAnalytics()
  expect(() => analytics.merge({ ...FULL, version: 1 } as never)).toThrow(
    'SessionAnalytics: snapshot.version must be 2, that of this release: merge snapshots of the same release; it is 1',
  )
})

test('sessions() with a limit makes the totals of the sessions that it returns, and of no others', () => {
  const span = spanMaker()
  const analytics = new SessionAnalytics()
  const numbers = Array.from({ length: 1_000 }, (_, number) => (number * 7_919) % 1_000)
  for (const number of numbers) analytics.onEnd(span(`s${number}`, { attributes: chat('m', number, 0) }))
  totalsMade.count = 0
  const ids = analytics.sessions({ sort: 'tokens', limit: 3 }).map(({ id }) => id)
  expect(ids).toEqual(['s999', 's998', 's997'])
  expect(totalsMade.count).toBe(3)
})

test('sessions() with a limit returns the beginning of all sessions, for every sort', () => {
  const sorts = [
    'lastTime',
    'firstTime',
    'duration',
    'tokens',
    'cost',
    'spans',
    'traces',
    'llmCalls',
    'errors',
  ] as const
  const one = fc.record({
    session: fc.nat(30).map((number) => `s${number}`),
    start: fc.nat(5),
    tokens: fc.nat(3),
    cost: fc.option(fc.nat(3)),
    isError: fc.boolean(),
  })
  fc.assert(
    fc.property(
      fc.array(one, { maxLength: 60 }),
      fc.constantFrom(...sorts),
      fc.nat(35),
      (all, sort, limit) => {
        const span = spanMaker()
        const analytics = new SessionAnalytics()
        for (const { session, start, tokens, cost, isError } of all) {
          const attributes = { ...chat('m', tokens, 0), 'gen_ai.usage.cost': cost ?? undefined }
          analytics.onEnd(span(session, { start, isError, attributes }))
        }
        const sorted = analytics.sessions({ sort })
        expect(analytics.sessions({ sort, limit })).toEqual(sorted.slice(0, limit))
        expect(sorted).toHaveLength(analytics.counters().sessions)
      },
    ),
    { numRuns: runs(300) },
  )
})

test('a metric without a value and a cost below 0 are rejected', () => {
  const session = (changes: object) => {
    const snapshot = fullSnapshot()
    return { ...snapshot, sessions: [{ ...snapshot.sessions[0], ...changes }] }
  }
  expect(isAccepted(session({}))).toBe(true)
  const none = { count: 0, unscored: 0, millionths: '0' }
  expect(isAccepted(session({ metrics: [['clicks', none]] }))).toBe(false)
  const work = (input: number, other: number) => [0, 0, 1, 0, 0, 1, 1, 2, 0, 0, 0, input, 0, other]
  expect(isAccepted(session({ otherModels: work(5, -5) }))).toBe(true)
  expect(isAccepted(session({ otherModels: work(5, -6) }))).toBe(false)
  expect(isAccepted(session({ otherModels: work(-1, 5) }))).toBe(false)
})

test('fields that a snapshot has in addition are not kept', () => {
  const snapshot = fullSnapshot()
  const first = snapshot.sessions[0] as { name: object; end: object }
  const more = { ...first, name: { ...first.name, x: 1n }, end: { ...first.end, x: 1n } }
  const analytics = new SessionAnalytics()
  analytics.merge({ ...snapshot, sessions: [more] })
  expect(() => JSON.stringify(analytics)).not.toThrow()
})

test('counters() of an instance has what the costs of merged sessions lack', () => {
  const counted = new SessionAnalytics({ prices: { m: { input: 1, output: 1 } } })
  const span = spanMaker()
  counted.onEnd(span('a', { attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' } }))
  counted.onEnd(span('a', { attributes: chat('unknown', 1, 1) }))
  counted.onEnd(span('b', { attributes: { ...chat('m', 1, 1), 'gen_ai.usage.total_tokens': 9 } }))
  const lacking = { callsWithoutUsage: 1, unpricedUsages: 1, undecidedUsages: 1 }
  expect(counted.counters()).toMatchObject(lacking)
  const all = new SessionAnalytics()
  all.merge(JSON.parse(JSON.stringify(counted)))
  expect(all.counters()).toMatchObject(lacking)
})
