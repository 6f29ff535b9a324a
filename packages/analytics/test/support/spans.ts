import type { EndedSpan } from '../../src/ended-span.ts'

/** What a test says of a span; the rest is filled in. */
export interface SpanSketch {
  readonly name?: string
  readonly trace?: string
  readonly id: string
  readonly parent?: string | undefined
  readonly isRemote?: boolean
  /** Milliseconds after a fixed time. */
  readonly start?: number
  readonly end?: number
  readonly isError?: boolean
  readonly session?: string | undefined
  readonly attributes?: Readonly<Record<string, unknown>>
}

/** The time that `start` and `end` count from, in milliseconds since the epoch. */
export const EPOCH = 1_700_000_000_000

const hrTime = (millis: number): [number, number] => {
  const seconds = Math.floor((EPOCH + millis) / 1000)
  return [seconds, Math.round((EPOCH + millis - seconds * 1000) * 1e6)]
}

/** A span as the SDK hands it to a processor. */
export function spanOf(sketch: SpanSketch): EndedSpan {
  const { name = 'work', trace = 't', id, parent, isRemote = false, start = 0, end = start + 10 } = sketch
  const { session, attributes, isError = false } = sketch
  return {
    name,
    startTime: hrTime(start),
    endTime: hrTime(end),
    status: { code: isError ? 2 : 0 },
    attributes: { ...(session === undefined ? {} : { 'session.id': session }), ...attributes },
    spanContext: () => ({ traceId: trace, spanId: id }),
    parentSpanContext: parent === undefined ? undefined : { spanId: parent, isRemote },
  }
}

/** Attributes of an LLM call, as OpenTelemetry's conventions have them. */
export const chat = (model: string, input: number, output: number): Record<string, unknown> => ({
  'gen_ai.operation.name': 'chat',
  'gen_ai.request.model': model,
  'gen_ai.usage.input_tokens': input,
  'gen_ai.usage.output_tokens': output,
})

/** A generator of pairwise different sketches: `call('s1', …)`. */
export function sketches() {
  let count = 0
  return (session: string | undefined, more: Partial<SpanSketch> = {}): EndedSpan => {
    count++
    return spanOf({ id: `span-${count}`, trace: `trace-${count}`, session, ...more })
  }
}
