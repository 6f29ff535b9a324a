import { describe, expect, it } from 'vitest'
import type { WireSpan } from '../spans.ts'
import { checkGateway } from './check.ts'

const FLAG = 'otel_sessions.invalid_id'

const span = (spanId: string, session?: string, attributes = {}): WireSpan => ({
  traceId: 't',
  spanId,
  parentSpanId: '',
  name: spanId,
  kind: 0,
  start: '1',
  end: '2',
  status: { code: 0, message: '' },
  events: [],
  links: [],
  flags: 0,
  traceState: '',
  attributes: { ...(session && { 'session.id': session }), ...attributes },
  scope: 'x@',
  resource: {},
})

// user_3 is dropped; "invalid" has an invalid ID, "none" has none.
const SENT = [
  span('a1', 'user_1'),
  span('a2', 'user_1'),
  span('b1', 'user_2'),
  span('c1', 'user_3'),
  span('invalid', 'ü'),
  span('none'),
]
const expectation = ({ spanId, attributes }: WireSpan) =>
  spanId === 'invalid'
    ? { sessions: [undefined], attributes: { [FLAG]: true } }
    : { sessions: [attributes['session.id'] as string | undefined] }
const [a1, a2, b1, c1] = SENT as [WireSpan, WireSpan, WireSpan, WireSpan]
const flagged = span('invalid', undefined, { [FLAG]: true })
const unassigned = span('none')

const problemsOf = (one: WireSpan[], other: WireSpan[], noSession = [flagged, unassigned]) =>
  checkGateway({ spans: SENT, expect: expectation }, { backends: [one, other], noSession }).problems

describe('the check of the collectors behind the gateway', () => {
  it('finds no problem if sessions are whole on one backend or dropped, and the rest is at the third', () => {
    expect(problemsOf([a1, a2], [b1])).toEqual([])
  })

  it('names a session that was dropped in part', () => {
    expect(problemsOf([a1], [b1])).toContain('session user_1: 1 of its 2 spans were kept')
  })

  it('names a session that is on both backends', () => {
    expect(problemsOf([a1], [a2, b1])).toEqual(['session user_1: on both backends, 1 and 1'])
  })

  it('fails if no session was dropped, none was kept, or a backend got none', () => {
    expect(problemsOf([a1, a2], [b1, c1])).toEqual(['3 sessions kept, 0 dropped'])
    expect(problemsOf([], [])).toEqual(['0 sessions kept, 3 dropped', 'a backend got nothing'])
  })

  it('names an invalid ID that was passed on, one that was not flagged, and a lost span', () => {
    expect(problemsOf([a1, a2, span('invalid', 'ü')], [b1])).toHaveLength(1)
    expect(problemsOf([a1, a2], [b1], [span('invalid', 'ü'), unassigned])).toContain('no span was flagged')
    expect(problemsOf([a1, a2], [b1], [flagged])).toEqual([
      'to the backend for no session: none (t/none): written 0 times',
    ])
  })
})
