import { readdirSync, readFileSync } from 'node:fs'

/** A span as a collector received it. Times are in milliseconds since the start of the first span. */
export interface RecordedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  /** The instrumentation scope of the span. */
  readonly scope: string
  readonly startMillis: number
  readonly endMillis: number
  readonly statusCode: number
  readonly attributes: Readonly<Record<string, unknown>>
}

/** One conversation under a real framework, recorded by `test/usage/record.ts`. */
export interface RecordedTraces {
  readonly framework: string
  /** The calls that the model server got, and the usage that it returned. */
  readonly reported: {
    readonly calls: number
    /** The others were streams that did not request usage. */
    readonly callsWithUsage: number
    readonly inputTokens: number
    readonly outputTokens: number
    readonly cachedInputTokens: number
    readonly reasoningTokens: number
  }
  readonly spans: readonly RecordedSpan[]
}

const folder = new URL('traces/', import.meta.url)

/** All recordings, by file name. */
export const RECORDED: Readonly<Record<string, RecordedTraces>> = Object.fromEntries(
  readdirSync(folder).map((file) => [
    file.replace('.json', ''),
    JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as RecordedTraces,
  ]),
)

/**
 * The duplicates in recordings whose spans report a call twice without being nested: LangChain's spans are not active, so
 * the OpenAI SDK's spans are their siblings.
 */
export const DUPLICATES: Readonly<
  Record<string, { calls: number; inputTokens: number; outputTokens: number }>
> = {
  'langchain-and-openai': { calls: 3, inputTokens: 27, outputTokens: 33 },
}

/**
 * The calls among them that count twice: of a stream without usage, nothing on the OpenAI SDK's span says that it is the
 * same call.
 */
export const COUNTED_TWICE: Readonly<Record<string, number>> = { 'langchain-and-openai': 1 }
