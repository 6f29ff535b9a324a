import type { ExportableSpan } from '../../span-types.ts'

/** How a request body is written: OTLP's protobuf, or its JSON form. */
export type BodyFormat = 'protobuf' | 'json'

/** A request body (ExportTraceServiceRequest) that can be sent as it is. Nothing changes it once it is made. */
export interface Encoded {
  readonly body: Buffer
  /** How many spans are in it. */
  readonly spans: number
}

/** What the receiver says in a successful answer of what it did not take (ExportTracePartialSuccess). */
export interface PartialSuccess {
  /** Whole and not negative; 0 is a warning about spans that were taken. */
  readonly rejectedSpans: number
  /** Empty where there is none. */
  readonly message: string
}

/** Makes, joins, splits and reads what is sent in one format. None of its functions throws. */
export interface Codec {
  readonly format: BodyFormat
  /** The value of the header `content-type`. */
  readonly contentType: string
  /**
   * One request body of some spans, grouped by resource and scope.
   *
   * @returns `unreadable` is how many spans were left out because reading them threw; without a body none was left
   */
  encode(spans: readonly ExportableSpan[]): { encoded: Encoded | undefined; unreadable: number }
  /** Several bodies as one, as parts to be written one after the other; the bodies are not copied. */
  join(bodies: readonly Buffer[]): readonly Buffer[]
  /** Two bodies of about half the spans each; undefined for one span, or for what cannot be read. */
  split(body: Buffer): readonly [Encoded, Encoded] | undefined
  /** What an answer says of spans that were not taken; undefined where it says nothing, or cannot be read. */
  readAnswer(body: Buffer, contentType: string | undefined): PartialSuccess | undefined
}
