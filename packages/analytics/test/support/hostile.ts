import { spanOf } from './spans.ts'

const fail = () => {
  throw new Error('hostile')
}
const fine = spanOf({ id: 'h', session: 's' })

/** Spans with invalid properties, or with properties that throw. */
export const HOSTILE_SPANS: readonly unknown[] = [
  undefined,
  null,
  7,
  {},
  { ...fine, spanContext: fail },
  { ...fine, spanContext: () => undefined },
  { ...fine, spanContext: () => ({ traceId: 1, spanId: null }) },
  { ...fine, startTime: undefined },
  { ...fine, startTime: ['a', Number.NaN], endTime: null },
  { ...fine, name: undefined },
  { ...fine, attributes: undefined },
  { ...fine, attributes: new Proxy({}, { get: fail, getOwnPropertyDescriptor: fail }) },
  Object.defineProperty({ ...fine }, 'attributes', { get: fail }),
  Object.defineProperty({ ...fine }, 'endTime', { get: fail }),
  { ...fine, parentSpanContext: { spanId: 'h' } },
  { ...fine, parentSpanContext: 7 },
]
