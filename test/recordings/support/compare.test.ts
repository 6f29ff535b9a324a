import { expect, test } from 'vitest'
import type { RecordedSpan, Recording } from '../recording.ts'
import { findDifferences } from './compare.ts'

const SPAN: RecordedSpan = {
  traceId: '1',
  spanId: '1',
  name: 'chat',
  kind: 3,
  scope: { name: 'library', version: '1.0.0' },
  start: '1',
  end: '2',
  status: { code: 0 },
  attributes: { 'gen_ai.usage.input_tokens': 10, 'gen_ai.response.id': 'resp_1' },
  events: [{ name: 'message', time: '1', attributes: { role: 'user' } }],
}
const RECORDING: Recording = {
  family: 'a',
  case: 'one-turn',
  versions: { library: '1.0.0' },
  calls: [
    {
      provider: 'openai',
      request: 'POST /v1/responses',
      model: 'm',
      stream: false,
      asked: {},
      status: 200,
      answered: {},
      usage: { input: 10, output: 1 },
    },
  ],
  spans: [SPAN],
  logs: [{ scope: { name: 'library' }, time: '1', eventName: 'choice', body: 'text', attributes: { a: 1 } }],
}
const [CALL] = RECORDING.calls

test('other times, IDs and texts are no difference', () => {
  const again: Recording = {
    ...RECORDING,
    spans: [
      {
        ...SPAN,
        traceId: '9',
        spanId: '9',
        start: '5',
        end: '9',
        attributes: { ...SPAN.attributes, 'gen_ai.response.id': 'resp_2' },
      },
    ],
    logs: RECORDING.logs.map((log) => ({ ...log, time: '7', body: 'another text' })),
  }
  expect(findDifferences(RECORDING, again)).toEqual([])
})

test('a rate is a time, and no usage', () => {
  const withRate = (rate: number): Recording => ({
    ...RECORDING,
    spans: [{ ...SPAN, attributes: { 'ai.response.avgOutputTokensPerSecond': rate } }],
  })
  expect(findDifferences(withRate(1), withRate(2))).toEqual([])
})

test.each<[what: string, change: Partial<Recording>]>([
  ['a version', { versions: { library: '1.0.1' } }],
  [
    'the usage of a call',
    { calls: RECORDING.calls.map((call) => ({ ...call, usage: { input: 11, output: 1 } })) },
  ],
  ['the number of calls', { calls: CALL ? [CALL, CALL] : [] }],
  ['a span that is missing', { spans: [] }],
  ['a span twice', { spans: [SPAN, SPAN] }],
  ['a scope', { spans: [{ ...SPAN, scope: { name: 'library', version: '1.0.1' } }] }],
  ['a parent', { spans: [{ ...SPAN, parentSpanId: '7' }] }],
  ['a status', { spans: [{ ...SPAN, status: { code: 2 } }] }],
  ['a usage', { spans: [{ ...SPAN, attributes: { ...SPAN.attributes, 'gen_ai.usage.input_tokens': 11 } }] }],
  ['a key', { spans: [{ ...SPAN, attributes: { 'gen_ai.usage.input_tokens': 10 } }] }],
  ['an event', { spans: [{ ...SPAN, events: [] }] }],
  ['a log record', { logs: [] }],
])('another recording differs by %s', (_, change) => {
  expect(findDifferences(RECORDING, { ...RECORDING, ...change })).not.toEqual([])
  expect(findDifferences({ ...RECORDING, ...change }, RECORDING)).not.toEqual([])
})
