import { readdirSync, readFileSync } from 'node:fs'

/** A span as a collector received it. Times are milliseconds since the first span's start. */
export interface RecordedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  /** The instrumentation that made the span. */
  readonly scope: string
  readonly startMillis: number
  readonly endMillis: number
  readonly statusCode: number
  readonly attributes: Readonly<Record<string, unknown>>
}

/** One conversation under a real framework, recorded by `test/usage/record.ts`. */
export interface RecordedTraces {
  readonly framework: string
  /** What the model server was asked, and said that it used. */
  readonly reported: {
    readonly calls: number
    /** The rest were streams that did not ask for usage. */
    readonly callsWithUsage: number
    readonly inputTokens: number
    readonly outputTokens: number
    readonly cachedInputTokens: number
    readonly reasoningTokens: number
  }
  readonly spans: readonly RecordedSpan[]
}

const folder = new URL('traces/', import.meta.url)

/** All of them, by the name of their file. */
export const RECORDED: Readonly<Record<string, RecordedTraces>> = Object.fromEntries(
  readdirSync(folder).map((file) => [
    file.replace('.json', ''),
    JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as RecordedTraces,
  ]),
)
