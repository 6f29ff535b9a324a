import type { BodyFormat } from '../encoder/codec.ts'
import type { Compression, HeadersOption, HttpAgentOption } from '../options.ts'

/** Options of the sender, checked and complete. */
export interface SenderSettings {
  /** The whole URL, http or https. */
  readonly url: string
  readonly headers: HeadersOption
  readonly compression: Compression
  /** For the whole of a request, from its start to the end of the answer. */
  readonly timeoutMillis: number
  /** Handed to Node's http or https agent: certificates, sockets; or what gives an agent. */
  readonly agentOptions: HttpAgentOption
  /** How many requests may be in flight. */
  readonly concurrency: number
  /** The most spans of a request, unless one record has more. */
  readonly maxExportBatchSize: number
  /** The most bytes of a request before compression, unless one record has more. */
  readonly maxRequestBytes: number
  /** How long a batch that is not full may wait for more. */
  readonly scheduledDelayMillis: number
}

/** What became of a request. */
export type Answer =
  /** 2xx. */
  | { readonly kind: 'accepted'; readonly rejectedSpans: number; readonly message: string }
  /** 429, 502, 503, 504, no connection, no answer in time. `afterMillis` is what `Retry-After` said. */
  | {
      readonly kind: 'retry'
      readonly reason: string
      readonly status: number | undefined
      readonly afterMillis: number | undefined
    }
  /** 413. */
  | { readonly kind: 'too-large' }
  /** Any other answer: it would be the same next time. */
  | { readonly kind: 'refused'; readonly status: number; readonly message: string }

/** Posts one body. Never rejects. */
export interface Transport {
  post(format: BodyFormat, parts: readonly Buffer[]): Promise<Answer>
  /** Whether the process waits for requests in flight, and for those that come; at first it does not. */
  hold(isHeld: boolean): void
  /** Ends requests that have no connection yet, for which Node would wait all the same, or all; answered as `retry`. */
  giveUp(all: boolean): void
  /** Ends the connections; requests in flight are answered as `retry`. */
  close(): void
}

/** What the sender says of its requests, for metrics. Nothing that is called here throws. */
export interface SenderWatch {
  sent(spans: number): void
  /** `failure` is undefined for success, else the status or the kind of the error. */
  answered(spans: number, millis: number, failure: string | undefined, status: number | undefined): void
}
