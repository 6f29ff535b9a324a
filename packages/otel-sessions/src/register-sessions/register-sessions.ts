import { context, DiagLogLevel, diag, propagation, type TracerProvider, trace } from '@opentelemetry/api'
import { logUnheard, registeredApi } from '@otel-sessions/semconv/internal'
import { problems } from '../problems.ts'
import { readEnvironment, readLogLevel } from './environment/environment.ts'
import { givesWay } from './following-provider.ts'
import { QuietLogger } from './instrumentations/logger.ts'
import { startInstrumentations } from './instrumentations/start.ts'
import { checkRegisterOptions, type RegisterSessionsOptions } from './options.ts'
import { activeProcessorOf, type ProviderParts, stamps } from './provider-parts.ts'
import { createSetUp } from './set-up.ts'
import { type RegisteredSessions, telemetryOf } from './telemetry.ts'

const REGISTERED: unique symbol = Symbol.for('otel-sessions.registered') as never

interface Registered {
  readonly telemetry: RegisteredSessions
  /** Whether the API still has the provider. */
  readonly isCurrent: () => boolean
}

/** Shared by all copies of this package: the first call counts, whichever copy it was made in. */
const shared = globalThis as { [REGISTERED]?: Registered }

/**
 * Sets OpenTelemetry up, with sessions: a provider that stamps the session on every span and delivers the spans by OTLP, a
 * context manager, propagators, a description of the process, and instrumentations. For applications that have no
 * OpenTelemetry SDK yet; call it before anything else. An application that has one uses `sessionProcessors`.
 *
 * It reads the `OTEL_…` variables of the OpenTelemetry specification, and `OTEL_SESSIONS_…` for its own options. One that
 * it cannot serve is ignored, and logged once. If no logger is set, it sets one that writes warnings to the console, or
 * what `OTEL_LOG_LEVEL` says.
 *
 * Spans are in memory until they are delivered, and are delivered when the process ends by itself. With `directory` they
 * also survive a crash.
 *
 * A second call, or a provider that is registered already, is logged once and changes nothing: it returns what is there.
 *
 * @throws TypeError or RangeError when an option is wrong; the message names it
 * @example const telemetry = registerSessions({ backends: [langfuse] })
 */
export function registerSessions(options: RegisterSessionsOptions = {}): RegisteredSessions {
  const checked = checkRegisterOptions(options)
  setLogger()
  const there = whatIsThere()
  if (there !== undefined) return there
  const environment = readEnvironment()
  const { telemetry, isEnabled, contextManager, propagator } = createSetUp(checked, environment)
  const isCurrent = () => registeredProvider() === telemetry.provider
  shared[REGISTERED] = { telemetry, isCurrent }
  const api = registeredApi() as { readonly context?: unknown; readonly propagation?: unknown }
  if (api.context === undefined) context.setGlobalContextManager(contextManager)
  if (api.propagation === undefined && propagator) propagation.setGlobalPropagator(propagator)
  if (!isEnabled) return telemetry
  if (!trace.setGlobalTracerProvider(telemetry.provider)) {
    problems.report('register:api-rejected', () => {
      return 'spans get no session: OpenTelemetry\'s API did not take the provider, mostly because another version of it is loaded; see "npm ls @opentelemetry/api"'
    })
  }
  const { autoInstrument = environment.autoInstrument ?? false, instrumentations } = checked
  startInstrumentations(instrumentations, autoInstrument)
  return telemetry
}

/** Whether `registerSessions` has made a provider. */
export const isOfRegisterSessions = (provider: object): boolean =>
  shared[REGISTERED]?.telemetry.provider === provider

/** Sets a logger that writes to the console, unless there is one. */
export function setLogger(): void {
  const logLevel = readLogLevel()
  if (registeredApi().diag === undefined && logLevel !== DiagLogLevel.NONE) {
    diag.setLogger(new QuietLogger(), { logLevel })
  }
  logUnheard()
}

/** What an earlier call, or somebody else, registered; logged. */
function whatIsThere(): RegisteredSessions | undefined {
  const provider = registeredProvider()
  if (provider === undefined) return undefined
  const first = shared[REGISTERED]
  if (first?.isCurrent()) {
    problems.report('register:again', () => {
      return 'registerSessions was called again: nothing was changed, and what the first call set up was returned'
    })
    return first.telemetry
  }
  problems.report('register:provider-exists', () => {
    const why = 'registerSessions set nothing up, because another tracer provider is registered'
    return activeProcessorOf(provider)?._spanProcessors?.some(stamps)
      ? `${why}. Its spans get their sessions all the same, from sessionProcessors or --import otel-sessions/register: leave the call out`
      : `${why}, and its spans get no session. Give that provider spanProcessors: sessionProcessors([…]), or start with node --import otel-sessions/register`
  })
  // It is not ours to shut down.
  const forceFlush = async (options?: object) => provider.forceFlush?.(options)
  const theirs = { getTracer: provider.getTracer.bind(provider), forceFlush, shutdown: () => forceFlush() }
  return telemetryOf(theirs, { flushMillis: 30_000, shutdownMillis: 10_000 })
}

interface ForeignProvider extends TracerProvider, ProviderParts {
  forceFlush?(options?: object): Promise<void>
}

/** The provider that is registered, and stays; the API has it behind one of its own. */
function registeredProvider(): ForeignProvider | undefined {
  const registered = registeredApi().trace as
    | (ForeignProvider & { getDelegate?(): ForeignProvider })
    | undefined
  const provider = registered?.getDelegate?.() ?? registered
  return provider && givesWay(provider) ? undefined : provider
}
