import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { RecordedSpan, Recording } from '../recording.ts'
import { normalise } from './normalise.ts'

const URLS = {
  openai: 'http://127.0.0.1:41001',
  anthropic: 'http://127.0.0.1:41002',
  google: 'http://127.0.0.1:41003',
  bedrock: 'http://127.0.0.1:41004',
  openrouter: 'http://127.0.0.1:41005',
}
const TRACE = 'a1b2c3d4e5f60718a1b2c3d4e5f60718'
const ROOT_SPAN = 'aaaaaaaaaaaaaaaa'
const CHILD_SPAN = 'bbbbbbbbbbbbbbbb'

const span = (fields: Partial<RecordedSpan>): RecordedSpan => ({
  traceId: TRACE,
  spanId: ROOT_SPAN,
  name: 'span',
  kind: 1,
  scope: { name: 'app' },
  start: '1800000000000000000',
  end: '1800000000000000007',
  status: { code: 0 },
  attributes: {},
  ...fields,
})

const recorded = (fields: Partial<Recording>): Recording =>
  normalise({ family: 'a', case: 'one-turn', versions: {}, calls: [], spans: [], logs: [], ...fields }, URLS)

test('spans are in the order of their start, parents first, with numbers for IDs and times from a fixed instant', () => {
  const child = span({
    spanId: CHILD_SPAN,
    parentSpanId: ROOT_SPAN,
    name: 'child',
    end: '1800000000000000003',
  })
  const later = span({ spanId: 'cccccccccccccccc', name: 'later', start: '1800000000000000005' })
  const { spans } = recorded({ spans: [later, child, span({ name: 'root' })] })
  expect(
    spans.map(({ name, spanId, parentSpanId, start, end }) => [name, spanId, parentSpanId, start, end]),
  ).toEqual([
    ['root', '0000000000000001', undefined, '1790000000000000000', '1790000000000000007'],
    ['child', '0000000000000002', '0000000000000001', '1790000000000000000', '1790000000000000003'],
    ['later', '0000000000000003', undefined, '1790000000000000005', '1790000000000000007'],
  ])
})

test('IDs, UUIDs, ports, paths and the name of the machine are replaced inside texts as well', () => {
  const root = fileURLToPath(new URL('../../../', import.meta.url))
  const uuid = '0f8fad5b-d9cb-469f-a165-70867728950e'
  const text = `${TRACE} ${ROOT_SPAN} ${uuid} http://127.0.0.1:41002/v1 localhost:41001 at ${root}test/a.ts on ${hostname()}, not x${hostname()}`
  const [{ attributes = {} } = {}] = recorded({
    spans: [span({ attributes: { text, list: [uuid], 'server.port': 41003, tokens: 41003 } })],
  }).spans
  expect(attributes).toEqual({
    text: `${'1'.padStart(32, '0')} ${'1'.padStart(16, '0')} 00000000-0000-4000-8000-000000000001 http://127.0.0.1:4011/v1 localhost:4010 at /app/test/a.ts on host, not x${hostname()}`,
    list: ['00000000-0000-4000-8000-000000000001'],
    'server.port': 4012,
    tokens: 41003,
  })
})

test('a parent that never ended has a number after those of the spans', () => {
  const { spans } = recorded({ spans: [span({ parentSpanId: CHILD_SPAN })] })
  expect(spans[0]).toMatchObject({ spanId: '0000000000000001', parentSpanId: '0000000000000002' })
})

test('log records have the numbers of their spans, and times from the same instant', () => {
  const log = { scope: { name: 'a' }, body: null, attributes: {} }
  const { logs } = recorded({
    spans: [span({})],
    logs: [
      { ...log, time: '1800000000000000009' },
      { ...log, time: '1800000000000000002', traceId: TRACE, spanId: ROOT_SPAN },
    ],
  })
  expect(logs).toMatchObject([
    { time: '1790000000000000002', traceId: '1'.padStart(32, '0'), spanId: '1'.padStart(16, '0') },
    { time: '1790000000000000009' },
  ])
})
