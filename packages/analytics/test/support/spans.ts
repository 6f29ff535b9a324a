import type { EndedSpan } from '../../src/ended-span.ts'

/** The properties of a span that a test sets; the others have defaults. */
export interface SpanInit {
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

/** The time that `start` and `end` are relative to, in milliseconds since the epoch. */
export const EPOCH = 1_700_000_000_000

const hrTime = (millis: number): [number, number] => {
  const seconds = Math.floor((EPOCH + millis) / 1000)
  return [seconds, Math.round((EPOCH + millis - seconds * 1000) * 1e6)]
}

/** Makes a span as the SDK passes it to a processor. */
export function spanOf(init: SpanInit): EndedSpan {
  const { name = 'work', trace = 't', id, parent, isRemote = false, start = 0, end = start + 10 } = init
  const { session, attributes, isError = false } = init
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

/** Returns the attributes of an LLM call by OpenTelemetry's conventions. */
export const chat = (model: string, input: number, output: number): Record<string, unknown> => ({
  'gen_ai.operation.name': 'chat',
  'gen_ai.request.model': model,
  'gen_ai.usage.input_tokens': input,
  'gen_ai.usage.output_tokens': output,
})

/** Returns a function that makes spans with different IDs: `span('s1', …)`. */
export function spanMaker() {
  let count = 0
  return (session: string | undefined, more: Partial<SpanInit> = {}): EndedSpan => {
    count++
    return spanOf({ id: `span-${count}`, trace: `trace-${count}`, session, ...more })
  }
}
