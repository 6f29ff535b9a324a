import { describe, expect, it } from 'vitest'
import { compare, type Expected } from './compare.ts'
import { findProblems, table } from './report.ts'
import { readWireSpans, type WireSpan } from './spans.ts'

const [SENT] = readWireSpans({
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
      scopeSpans: [
        {
          scope: { name: 'http', version: '1.0.0' },
          spans: [
            {
              traceId: 'a'.repeat(32),
              spanId: 'b'.repeat(16),
              name: 'GET',
              startTimeUnixNano: '1',
              endTimeUnixNano: '2',
              attributes: [{ key: 'tag.tags', value: { arrayValue: { values: [{ stringValue: 'beta' }] } } }],
            },
          ],
        },
      ],
    },
  ],
}) as [WireSpan]

const written = (changes: Partial<WireSpan> = {}, attributes = {}): WireSpan => ({
  ...SENT,
  ...changes,
  attributes: { ...SENT.attributes, 'session.id': 'user_1', ...attributes },
})
const ONE = (): Expected => ({ sessions: ['user_1'] })
const problemsOf = (copies: WireSpan[], expected = ONE) => compare([SENT], copies, expected).problems
const span = `GET (${SENT.traceId}/${SENT.spanId})`

describe("the check of a collector's output", () => {
  it('finds no problem if the span arrived once, unchanged, with its session', () => {
    expect(compare([SENT], [written()], ONE)).toEqual({
      sent: 1,
      written: 1,
      right: 1,
      rightlyNone: 0,
      problems: [],
    })
  })

  it('names a missing span, a duplicate span and an unknown span', () => {
    expect(problemsOf([])).toEqual([`${span}: written 0 times`])
    expect(problemsOf([written(), written()])).toEqual([`${span}: written 2 times`])
    const foreign = written({ spanId: 'c'.repeat(16) })
    expect(problemsOf([written(), foreign])).toEqual([
      `GET (${foreign.traceId}/${foreign.spanId}): written, but never sent`,
    ])
  })

  it('names a session that is wrong, missing or unexpected', () => {
    expect(problemsOf([written({}, { 'session.id': 'user_2' })])).toEqual([
      `${span}: session "user_2", not "user_1"`,
    ])
    expect(problemsOf([SENT])).toEqual([`${span}: session none, not "user_1"`])
    expect(problemsOf([written()], () => ({ sessions: [undefined] }))).toEqual([
      `${span}: session "user_1", not none`,
    ])
    expect(problemsOf([written()], () => ({ sessions: [] }))).toHaveLength(1)
  })

  it.each([
    ['scope', written({ scope: 'http@2.0.0' })],
    ['resource', written({ resource: { 'service.name': 'other' } })],
    ['parentSpanId', written({ parentSpanId: 'd'.repeat(16) })],
    ['status', written({ status: { code: 2, message: '' } })],
    ['events', written({ events: [{ name: 'said', time: '1', attributes: {} }] })],
    ['attribute tag.tags', written({}, { 'tag.tags': 'beta' })],
    ['attribute more', written({}, { more: 1 })],
  ])('names a changed %s', (what, copy) => {
    expect(problemsOf([copy])).toEqual([`${span}: ${what} was changed`])
  })

  it('compares attributes with the expectation, also those that the exporter may write', () => {
    const expected = () => ({ sessions: ['user_1'], attributes: { metadata: '{"a":1}', left: undefined } })
    expect(problemsOf([written({}, { metadata: '{"a":1}' })], expected)).toEqual([])
    expect(problemsOf([written({}, { metadata: '{}', left: 'here' })], expected)).toEqual([
      `${span}: attribute metadata is "{}", not "{\\"a\\":1}"`,
      `${span}: attribute left is "here", not none`,
    ])
  })

  it('fails the run for a difference, and for a missing one where there must be one', () => {
    const outcome = (problems: string[], mustDiffer: boolean) => ({
      ...compare([SENT], [written()], ONE),
      feed: 'demo',
      exporter: 'json',
      problems,
      mustDiffer,
    })
    expect(findProblems([outcome([], false), outcome(['x'], true)])).toEqual([])
    expect(findProblems([outcome(['x'], false)])).toEqual(['demo, json: x'])
    expect(findProblems([outcome([], true)])).toEqual([
      'demo, json: no difference was found, so the check does not work',
    ])
    expect(table([outcome(['x'], false)])).toHaveLength(3)
  })
})
