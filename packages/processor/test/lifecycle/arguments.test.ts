import { startSession } from '@otel-sessions/processor/lifecycle'
import { afterEach, describe, expect, it } from 'vitest'
import { stopTracing } from '../../../../test/support/tracing.ts'
import { problems, startApplication } from './support.ts'

afterEach(stopTracing)

function startOne(init = {}) {
  const application = startApplication()
  const { tracerProvider } = application
  const session = startSession({ sessionId: 'user_1_conv_1', ...init }, { tracerProvider })
  const own = (name: string) => {
    const { 'session.id': id, ...rest } = application.one(name).attributes
    expect(id).toBe('user_1_conv_1')
    return rest
  }
  return { ...application, session, own }
}

const cycle: Record<string, unknown> = {}
cycle['itself'] = cycle

describe('an event', () => {
  it('has the time that is given', () => {
    const { session, one } = startOne()
    session.event('paid', undefined, new Date(5000))
    expect(one('session.event').startTime).toEqual([5, 0])
  })

  it('takes a time of performance.now()', () => {
    const { session, one } = startOne()
    session.event('paid', undefined, 1)
    const [seconds] = one('session.event').startTime
    expect(seconds).toBe(Math.trunc((performance.timeOrigin + 1) / 1000))
  })

  it.each([
    ['a cycle', cycle],
    ['a BigInt', { amount: 3n }],
    ['a toJSON that throws', { toJSON: () => fail() }],
    ['a toJSON that gives nothing', { toJSON: () => undefined }],
    ['a string', 'data'],
  ])('is emitted without data when that is %s', (_, data) => {
    const { session, own } = startOne()
    expect(problems(() => session.event('paid', data as Record<string, unknown>))).toEqual({
      'session-event:bad-data': 1,
    })
    expect(own('session.event')).toEqual({ 'session.event.name': 'paid' })
  })

  it('takes data of up to 32 kB as JSON, and leaves out longer data', () => {
    const { session, named } = startOne()
    const overhead = JSON.stringify({ text: '' }).length
    session.event('fits', { text: 'x'.repeat(32_768 - overhead) })
    const counted = problems(() => session.event('does not', { text: 'x'.repeat(32_769 - overhead) }))
    expect(counted).toEqual({ 'session-event:data-too-long': 1 })
    const lengths = named('session.event').map(({ attributes }) => attributes['session.event.data'])
    expect(lengths.map((data) => (data as string | undefined)?.length)).toEqual([32_768, undefined])
  })

  it.each([[''], ['x'.repeat(201)], [undefined], [7]])('is not emitted without a valid name: %s', (name) => {
    const { session, names } = startOne()
    expect(problems(() => session.event(name as string))).toEqual({ 'session-event:bad-name': 1 })
    expect(names()).toEqual(['session.start'])
  })

  it.each([Number.NaN, -1, new Date(Number.NaN), [1], [1, 2e9], 'now', Number.POSITIVE_INFINITY, 1.8e18])(
    'gets the current time when the given one is invalid: %s',
    (time) => {
      const { session, one } = startOne()
      expect(problems(() => session.event('paid', {}, time as number))).toEqual({
        'session-time:bad-time': 1,
      })
      const [seconds] = one('session.event').startTime
      expect(Math.abs(seconds - Date.now() / 1000)).toBeLessThan(60)
    },
  )
})

describe('feedback', () => {
  it('has our attributes and those of OpenInference', () => {
    const { session, own } = startOne()
    session.feedback({ score: 0.5, label: 'helpful', comment: 'It was.', source: 'llm', name: 'tone' })
    expect(own('session.feedback')).toEqual({
      'session.feedback.name': 'tone',
      'session.feedback.score': 0.5,
      'session.feedback.label': 'helpful',
      'session.feedback.comment': 'It was.',
      'session.feedback.source': 'llm',
      'session.annotations.0.annotation.name': 'tone',
      'session.annotations.0.annotation.score': 0.5,
      'session.annotations.0.annotation.label': 'helpful',
      'session.annotations.0.annotation.explanation': 'It was.',
      'session.annotations.0.annotation.annotator_kind': 'LLM',
    })
  })

  it('comes from a human and is named feedback by default; a score of 0 counts', () => {
    const { session, own } = startOne()
    session.feedback({ score: 0 })
    expect(own('session.feedback')).toEqual({
      'session.feedback.name': 'feedback',
      'session.feedback.score': 0,
      'session.feedback.source': 'human',
      'session.annotations.0.annotation.name': 'feedback',
      'session.annotations.0.annotation.score': 0,
      'session.annotations.0.annotation.annotator_kind': 'HUMAN',
    })
  })

  it.each([
    ['bad-score', { score: '5' }],
    ['bad-score', { score: Number.NaN }],
    ['bad-label', { label: '' }],
    ['bad-source', { source: 'dog' }],
    ['bad-name', { name: 3 }],
  ])('loses only its invalid part: %s', (code, part) => {
    const { session, own } = startOne()
    const counted = problems(() => session.feedback({ comment: 'It was.', ...part } as object))
    expect(counted).toEqual({ [`session-feedback:${code}`]: 1 })
    expect(own('session.feedback')).toMatchObject({ 'session.feedback.comment': 'It was.' })
    expect('session.feedback.score' in own('session.feedback')).toBe(false)
  })

  it('with an unknown source has none, and is not taken for human', () => {
    const { session, own } = startOne()
    session.feedback({ score: 1, source: 'dog' as 'human' })
    expect(Object.keys(own('session.feedback')).filter((key) => /source|annotator_kind/.test(key))).toEqual(
      [],
    )
  })

  it.each([[undefined], [null], ['good'], [{}], [{ source: 'human' }]])(
    'without score, label and comment is not emitted: %s',
    (none) => {
      const { session, names } = startOne()
      expect(problems(() => session.feedback(none as object))).toEqual({ 'session-feedback:empty': 1 })
      expect(names()).toEqual(['session.start'])
    },
  )

  it('that throws when it is read is not emitted', () => {
    const { session, names } = startOne()
    const hostile = {
      get score(): number {
        return fail()
      },
    }
    expect(problems(() => session.feedback(hostile))).toEqual({ 'session-feedback:unreadable': 1 })
    expect(names()).toEqual(['session.start'])
  })
})

describe('a metric', () => {
  it('has a name and a finite number', () => {
    const { session, own } = startOne()
    session.metric('turns', 2)
    expect(own('session.metric')).toEqual({ 'session.metric.name': 'turns', 'session.metric.value': 2 })
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, '2', undefined, 2n])(
    'is not emitted when its value is %s',
    (value) => {
      const { session, names } = startOne()
      expect(problems(() => session.metric('turns', value as number))).toEqual({
        'session-metric:bad-value': 1,
      })
      expect(names()).toEqual(['session.start'])
    },
  )
})

describe('tags and metadata', () => {
  it('are emitted when they are added, and are on all later spans', () => {
    const { session, tracer, own, one } = startOne({ tags: ['web'], metadata: { plan: 'pro', seats: 1 } })
    session.addTag('beta', 'web')
    expect(own('session.event')).toEqual({
      'session.event.name': 'tags',
      'tag.tags': ['web', 'beta'],
      metadata: '{"plan":"pro","seats":1}',
    })
    session.setMetadata({ seats: 2 })
    session.metric('turns', 1)
    session.run(() => tracer.startSpan('work').end())
    const all = {
      'session.id': 'user_1_conv_1',
      'tag.tags': ['web', 'beta'],
      metadata: '{"plan":"pro","seats":2}',
    }
    expect(one('session.metric').attributes).toMatchObject(all)
    expect(one('work').attributes).toEqual(all)
  })

  it('are not emitted when nothing is new', () => {
    const { session, names } = startOne({ tags: ['web'] })
    session.addTag()
    session.addTag('web')
    session.setMetadata({})
    expect(names()).toEqual(['session.start'])
  })

  it('are at most 32 tags and 4 kB; beyond that, the existing ones stay', () => {
    const { session, own, names } = startOne({ metadata: { plan: 'pro' } })
    const tags = Array.from({ length: 33 }, (_, index) => `tag ${index}`)
    expect(problems(() => session.addTag(...tags))).toEqual({ 'tags:too-many': 1 })
    expect(own('session.event')['tag.tags']).toEqual(tags.slice(0, 32))
    const counted = problems(() => session.setMetadata({ text: 'x'.repeat(4096) }))
    expect(counted).toEqual({ 'metadata:too-long': 1 })
    expect(names()).toEqual(['session.start', 'session.event'])
    session.metric('turns', 1)
    expect(own('session.metric')['metadata']).toBe('{"plan":"pro"}')
  })
})

function fail(): never {
  throw new Error('hostile')
}
