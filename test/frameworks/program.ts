/** What a program under test/frameworks is: one framework, and its own way of passing a session. */
import type { Instrumentation } from '@opentelemetry/instrumentation'
import type { SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base'

/** One request of one user. The application's own HTTP server span is its root. */
export interface Turn {
  readonly user: string
  /** To be passed the framework's own way. */
  readonly sessionId: string
  /** Which turn this is, such as `ada-1`; every turn has a trace of its own. */
  readonly turn: string
  /** `Where is my order A-1042?`, to which the model answers with a tool call, or the thanks after it. */
  readonly text: string
  /** The first turn has a tool call and is answered at once; the second is streamed. */
  readonly stream: boolean
}

/** The servers that stand in for the outside world, each a process of its own. */
export interface Places {
  /** Speaks OpenAI's chat completions, tool calls and streams included; ends in `/v1`. */
  readonly modelUrl: string
  /** `GET /orders/A-1042` says where the parcel is. */
  readonly toolUrl: string
}

/** The application: answers a turn, in one piece or as a stream. */
export interface Application {
  answer(turn: Turn): Promise<string | AsyncIterable<string>>
  /** Ends what the framework runs in the background, before the provider is flushed. */
  stop?(): Promise<void>
}

/** What a program's module exports as `program`. */
export interface Program {
  /** What is instrumented beside HTTP and undici; registered before `start` is called. */
  instrumentations?(): readonly Instrumentation[]
  /** The framework's own span processors, which its documentation tells users to register. */
  processors?(): readonly SpanProcessor[]
  /**
   * Called once, when OpenTelemetry has been set up.
   *
   * @param newExporter makes what a framework needs that ships its spans past the provider: an exporter to the
   *   same place, behind a gate of its own; the framework may shut it down
   */
  start(places: Places, newExporter: () => SpanExporter): Promise<Application>
}
