/** The interface of the programs in `workspaces/`: one family each. */
import type { Instrumentation } from '@opentelemetry/instrumentation'
import type { SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { Case, CaseName } from './cases.ts'

/** The servers that speak the providers' protocols, each without a path: `http://127.0.0.1:PORT`. */
export interface ProviderUrls {
  readonly openai: string
  readonly anthropic: string
  readonly google: string
  readonly bedrock: string
  /** OpenAI's protocol as OpenRouter speaks it, with `usage.cost`. */
  readonly openrouter: string
}

/** What a case needs. */
export interface CaseRun extends Case {
  readonly name: CaseName
  readonly urls: ProviderUrls
  /** Runs a turn in a trace of its own: inside the session and under the application's own root span. */
  turn<T>(text: string, work: () => Promise<T>): Promise<T>
}

/** The export `family` of a program's module. */
export interface Family {
  /** Such as `openai-traceloop`: library, then instrumentation. */
  readonly name: string
  /** The packages whose versions the recording names. */
  readonly libraries: readonly string[]
  /** Instrumentations, registered before `start`, beside none of ours: neither HTTP nor undici spans are recorded. */
  instrumentations?(): readonly Instrumentation[]
  /** The library's own span processors, registered before ours. */
  processors?(): readonly SpanProcessor[]
  /** Called once, after the set-up of OpenTelemetry; makes clients. */
  start?(urls: ProviderUrls, newExporter: () => SpanExporter): Promise<void>
  /** Holds one conversation as a user of this library would write it. A case that throws is a failure of the recorder. */
  run(run: CaseRun): Promise<void>
  /** Ends the library's background work before the flush. */
  stop?(): Promise<void>
  /** Cases that the library cannot hold, each with the reason in one sentence. The other cases must all be held. */
  readonly cannot: Partial<Readonly<Record<CaseName, string>>>
}
