import type { ExportableSpan } from '../../span-types.ts'

/** How a request body is written: OTLP's protobuf, or its JSON form. */
export type BodyFormat = 'protobuf' | 'json'

/** A request body (ExportTraceServiceRequest), ready to be sent. It is never changed once it is made. */
export interface Encoded {
  readonly body: Buffer
  /** How many spans it contains. */
  readonly spans: number
}

/** What a successful answer reports about spans that were not accepted (ExportTracePartialSuccess). */
export interface PartialSuccess {
  /** A whole number, never negative; 0 with a message is a warning about accepted spans. */
  readonly rejectedSpans: number
  /** Empty if there is none. */
  readonly message: string
}

/** Encodes, joins, splits and reads bodies of one format. None of its functions throws. */
export interface Codec {
  readonly format: BodyFormat
  /** The value of the header `content-type`. */
  readonly contentType: string
  /**
   * Encodes spans as one request body, grouped by resource and scope.
   *
   * @returns `unreadable` counts the spans left out because reading them threw; `encoded` is undefined if none remains
   */
  encode(spans: readonly ExportableSpan[]): { encoded: Encoded | undefined; unreadable: number }
  /** Joins several bodies into one, returned as parts to be written in order. The bodies are not copied. */
  join(bodies: readonly Buffer[]): readonly Buffer[]
  /** Splits a body into two with about half the spans each; undefined for a single span or an unreadable body. */
  split(body: Buffer): readonly [Encoded, Encoded] | undefined
  /** Reads what an answer reports about rejected spans; undefined if it reports nothing or cannot be read. */
  readAnswer(body: Buffer, contentType: string | undefined): PartialSuccess | undefined
}
