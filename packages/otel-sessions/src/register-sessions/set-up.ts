import { type ContextManager, ProxyTracerProvider, type TextMapPropagator } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core'
import {
  defaultResource,
  detectResources,
  envDetector,
  hostDetector,
  osDetector,
  processDetector,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ConsoleSpanExporter,
  ParentBasedSampler,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { backfill } from '@otel-sessions/exporter/backfill'
import { DEADLINES } from '@otel-sessions/exporter/internal'
import { PersistentBatchSpanProcessor } from '@otel-sessions/exporter/persistent'
import { keepSessionInLangChain } from '@otel-sessions/processor/langchain'
import { RequestSpanProcessor } from '../requests/spans/span-parents.ts'
import { asOwnError } from '../session-processors/options.ts'
import type {
  DetectorName,
  PropagatorName,
  RegisterEnvironment,
  SamplerName,
} from './environment/environment.ts'
import { ignore, readList, readText } from './environment/variables.ts'
import { type CheckedOptions, WHERE } from './options.ts'
import { type RegisteredSessions, telemetryOf } from './telemetry.ts'

/** Everything that `registerSessions` registers, before it is registered. */
export interface SetUp {
  readonly telemetry: RegisteredSessions
  /** Whether the provider makes spans. */
  readonly isEnabled: boolean
  readonly contextManager: ContextManager
  /** Undefined if the environment wants none. */
  readonly propagator: TextMapPropagator | undefined
}

/**
 * Sets up a provider with stamping, validation and delivery, and what belongs to it. Nothing is registered with the API.
 *
 * @throws TypeError or RangeError when an option of a part is wrong; the message names it
 */
export function createSetUp(options: CheckedOptions, environment: RegisterEnvironment): SetUp {
  return {
    telemetry: environment.isDisabled ? disabled() : enabled(options, environment),
    isEnabled: !environment.isDisabled,
    contextManager: new AsyncLocalStorageContextManager().enable(),
    propagator: propagatorOf(environment.propagators),
  }
}

function enabled(options: CheckedOptions, environment: RegisterEnvironment): RegisteredSessions {
  const { backfill: wanted = environment.backfill && backfill() } = options
  const session = {
    backends: environment.backends,
    ...options.validation,
    backfill: wanted === false ? undefined : wanted,
  }
  const { directory = environment.directory, ...ofDelivery } = options.delivery
  const stamping = asOwnError(WHERE, () => new RequestSpanProcessor(options.stamping))
  // Both are constructed before one is used, because a wrong option throws.
  const exporter = asOwnError(
    WHERE,
    () => new SessionSpanExporter<ReadableSpan>(new ConsoleSpanExporter(), session),
  )
  const hasOtlp = environment.exporters.includes('otlp')
  const delivery = hasOtlp
    ? asOwnError(WHERE, () => new PersistentBatchSpanProcessor({ ...ofDelivery, directory, session }))
    : undefined
  const hasConsole = environment.exporters.includes('console')
  const provider = new TracerProvider({
    sampler: samplerOf(environment),
    spanLimits: environment.spanLimits,
    resource: defaultResource().merge(detectResources({ detectors: detectorsOf(environment.detectors) })),
    spanProcessors: [
      stamping,
      ...(delivery ? [delivery] : []),
      ...(hasConsole ? [new ConsoleSpanProcessor({ exporter })] : []),
    ],
  })
  keepSessionInLangChain(...options.langChainModules)
  const { exportTimeoutMillis = 30_000, shutdownTimeoutMillis = 10_000 } = ofDelivery
  const withoutDelivery = { flushMillis: exportTimeoutMillis, shutdownMillis: shutdownTimeoutMillis }
  return telemetryOf(provider, delivery?.[DEADLINES] ?? withoutDelivery, {
    stamping,
    delivery,
    exporter: hasConsole ? exporter : undefined,
  })
}

/** The SDK's processor shuts its exporter down while spans still wait for the description of the process. */
class ConsoleSpanProcessor extends SimpleSpanProcessor {
  override async shutdown(): Promise<void> {
    await this.forceFlush().catch(() => {})
    await super.shutdown()
  }
}

function disabled(): RegisteredSessions {
  const noop = new ProxyTracerProvider()
  const provider = {
    getTracer: noop.getTracer.bind(noop),
    forceFlush: async () => {},
    shutdown: async () => {},
  }
  return telemetryOf(provider, { flushMillis: 0, shutdownMillis: 0 })
}

const DETECTORS = {
  env: envDetector,
  host: hostDetector,
  os: osDetector,
  process: processDetector,
  serviceinstance: serviceInstanceIdDetector,
}

function detectorsOf(names: readonly DetectorName[]) {
  const variable = 'OTEL_RESOURCE_ATTRIBUTES'
  if (names.includes('env') && readText(variable) !== undefined) {
    // The SDK ignores the whole variable if a part is wrong, and logs that at debug level only.
    const found = envDetector.detect().attributes ?? {}
    if (!readList(variable)?.every((member) => nameIn(member) in found))
      ignore(variable, 'it must be name=value,name=value, percent-encoded, each at most 255 characters long')
  }
  return names.map((name) => DETECTORS[name])
}

/** The name in `name=value`, decoded. A name that cannot be decoded is never found. */
function nameIn(member: string): string {
  const name = member.split('=', 1)[0]?.trim() ?? ''
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

const SAMPLERS: Readonly<Record<SamplerName, (ratio: number) => Sampler>> = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: (ratio) => new TraceIdRatioBasedSampler(ratio),
  parentbased_always_on: () => new ParentBasedSampler({ root: new AlwaysOnSampler() }),
  parentbased_always_off: () => new ParentBasedSampler({ root: new AlwaysOffSampler() }),
  parentbased_traceidratio: (ratio) => new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
}

const samplerOf = ({ sampler, samplerRatio }: RegisterEnvironment): Sampler => SAMPLERS[sampler](samplerRatio)

/** Propagators by their names; undefined for none. */
export function propagatorOf(names: readonly PropagatorName[]): TextMapPropagator | undefined {
  const propagators = names.map((name) =>
    name === 'baggage' ? new W3CBaggagePropagator() : new W3CTraceContextPropagator(),
  )
  return propagators.length > 0 ? new CompositePropagator({ propagators }) : undefined
}
