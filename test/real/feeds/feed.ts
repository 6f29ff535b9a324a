import type { Expected } from '../compare.ts'
import type { Conversations } from '../conversations.ts'
import type { WireSpan } from '../spans.ts'

export type ExporterKind = 'http' | 'proto'

/** The exporters' packages, and their content types. */
export const EXPORTERS: Record<ExporterKind, { name: string; contentType: string; protocol: string }> = {
  http: { name: 'exporter-trace-otlp-http', contentType: 'application/json', protocol: 'http/json' },
  proto: {
    name: 'exporter-trace-otlp-proto',
    contentType: 'application/x-protobuf',
    protocol: 'http/protobuf',
  },
}

/** The record that an application's witness wrote; see witness.ts. */
export interface Noted {
  spans: WireSpan[]
  /** The content types of its exports, with their encoding. */
  wire: string[]
}

/** An application that runs to its end and exports to a collector. */
export interface Feed {
  name: string
  /** The content encoding that its exporter must use. */
  encoding?: string
  /** @param headers further headers of the exporter, in the format of OTEL_EXPORTER_OTLP_HEADERS; none by default */
  run(exporter: ExporterKind, endpoint: string, headers?: string): Promise<FeedResult>
}

export interface FeedResult extends Noted {
  expect(span: WireSpan): Expected
  /** Further checks of the output. */
  check?(written: readonly WireSpan[]): string[]
  /** The traces of each session, if they are known independently of the application. */
  conversations?: Conversations
}
