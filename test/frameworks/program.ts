/** The interface of the programs in test/frameworks: one framework each, with its own way of passing a session. */
import type { Instrumentation } from '@opentelemetry/instrumentation'
import type { SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base'

/** One request of one user. The application's own HTTP server span is its root. */
export interface Turn {
  readonly user: string
  /** To be passed in the framework's own way. */
  readonly sessionId: string
  /** The turn's name, such as `ada-1`; every turn has its own trace. */
  readonly turn: string
  /** `Where is my order A-1042?`, which the model answers with a tool call, or the thanks after it. */
  readonly text: string
  /** The first turn has a tool call and is answered at once; the second is streamed. */
  readonly stream: boolean
}

/** The servers that stand for the outside world, each in its own process. */
export interface Places {
  /** Speaks OpenAI's chat completions, tool calls and streams included; ends in `/v1`. */
  readonly modelUrl: string
  /** `GET /orders/A-1042` returns where the parcel is. */
  readonly toolUrl: string
}

/** Answers a turn, in one piece or as a stream. */
export interface Application {
  answer(turn: Turn): Promise<string | AsyncIterable<string>>
  /** Stops the framework's background work before the provider is flushed. */
  stop?(): Promise<void>
}

/** The export `program` of a program's module. */
export interface Program {
  /** Instrumentations in addition to HTTP and undici; registered before `start` is called. */
  instrumentations?(): readonly Instrumentation[]
  /** The framework's own span processors, which its documentation tells users to register. */
  processors?(): readonly SpanProcessor[]
  /**
   * Called once, after the set-up of OpenTelemetry.
   *
   * @param newExporter creates an exporter to the same collector, with its own validation, for frameworks that export
   *   their spans past the provider; the framework may shut it down
   */
  start(places: Places, newExporter: () => SpanExporter): Promise<Application>
}
