/**
 * Recordings: what real libraries export for conversations whose usage is known. One file for each family and case, in
 * `data/`, written by `npx -y pnpm@12.21.0 traces`. The tests of usage, of the conversation reader and of the viewer read
 * them.
 *
 * A family is a library under one instrumentation, such as `openai-traceloop`; a case is one conversation, such as
 * `streamed`. Strings are whole, span events and log records are kept, and times are in nanoseconds. Trace and span IDs
 * are numbered and times begin at a fixed instant, so that two recordings can be compared. `cannot.json` beside them says
 * which cases a family's library cannot hold.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { CaseName, ProviderUsage } from './cases.ts'

/** One case under one family. */
export interface Recording {
  /** The name of the family, such as `openai-traceloop`. */
  readonly family: string
  readonly case: CaseName
  /** The installed versions of the libraries that shape the spans, by package name. */
  readonly versions: Readonly<Record<string, string>>
  /** The calls that the provider's server got, in the order in which they arrived. */
  readonly calls: readonly ProviderCall[]
  /** The spans, sorted by start; of the same start, parents before their children. */
  readonly spans: readonly RecordedSpan[]
  /** The log records, sorted by time. */
  readonly logs: readonly RecordedLog[]
}

/** What a provider was asked and what it answered: the truth that the spans are compared with. */
export interface ProviderCall {
  readonly provider: 'openai' | 'anthropic' | 'google' | 'bedrock' | 'openrouter'
  /** Such as `POST /v1/chat/completions`; without a query that has a key. */
  readonly request: string
  readonly model: string
  readonly stream: boolean
  /** The body of the request, parsed. */
  readonly asked: unknown
  /** The HTTP status of the answer. */
  readonly status: number
  /** The body of the answer, parsed; of a stream, its events in order. */
  readonly answered: unknown
  /** The usage that the answer reported; missing if it reported none, such as an error or a stream that broke off. */
  readonly usage?: ProviderUsage | undefined
  /** The cost in USD that the answer reported (OpenRouter). */
  readonly cost?: number | undefined
}

/** An attribute value as OTLP has it: arrays and objects only as log records and newer spans have them. */
export type RecordedValue =
  | string
  | number
  | boolean
  | null
  | readonly RecordedValue[]
  | { readonly [key: string]: RecordedValue }

/** The attributes of a span, an event or a log record. */
export type RecordedAttributes = Readonly<Record<string, RecordedValue>>

/** An instrumentation scope. */
export interface RecordedScope {
  readonly name: string
  readonly version?: string
}

/** A span as a collector received it. */
export interface RecordedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  /** OTLP's number: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number
  readonly scope: RecordedScope
  /** Nanoseconds since the epoch, in decimal. */
  readonly start: string
  readonly end: string
  /** OTLP's number: 0 unset, 1 OK, 2 ERROR. */
  readonly status: { readonly code: number; readonly message?: string }
  readonly attributes: RecordedAttributes
  readonly events?: readonly RecordedEvent[]
}

/** An event of a span. */
export interface RecordedEvent {
  readonly name: string
  /** Nanoseconds since the epoch, in decimal. */
  readonly time: string
  readonly attributes: RecordedAttributes
}

/** A log record as a collector received it. */
export interface RecordedLog {
  readonly traceId?: string
  readonly spanId?: string
  readonly scope: RecordedScope
  /** Nanoseconds since the epoch, in decimal. */
  readonly time: string
  readonly eventName?: string
  readonly severity?: number
  readonly body: RecordedValue
  readonly attributes: RecordedAttributes
}

const DATA = new URL('data/', import.meta.url)

/** Reads all recordings, sorted by family, then by case. */
export function readRecordings(): Recording[] {
  if (!existsSync(DATA)) return []
  return readdirSync(DATA)
    .sort()
    .flatMap((family) =>
      readdirSync(new URL(`${family}/`, DATA))
        .filter((file) => file.endsWith('.json') && file !== 'cannot.json')
        .sort()
        .map((file) => JSON.parse(readFileSync(new URL(`${family}/${file}`, DATA), 'utf8')) as Recording),
    )
}
