import type { Backfill, SessionBackend, ValidationOptions } from '@otel-sessions/exporter'
import { VALIDATION_OPTIONS } from '@otel-sessions/exporter/internal'
import type { PersistentBatchSpanProcessorOptions } from '@otel-sessions/exporter/persistent'
import type { SessionSpanProcessorOptions } from '@otel-sessions/processor'
import type { LangChainCallbacks, LangChainCaller } from '@otel-sessions/processor/langchain'
import { checkChoice, checkOption, checkOptions } from '@otel-sessions/semconv/internal'
import { pickSet, type SessionProcessorsOptions, STAMPING_OPTIONS } from '../session-processors/options.ts'
import { read } from '../session-processors/read.ts'
import type { InstrumentationLike } from './instrumentations/instrumentation.ts'

/**
 * Options of `registerSessions`: those of stamping, validation and delivery, and a few of its own. An option takes
 * precedence over its environment variable.
 */
export interface RegisterSessionsOptions
  extends Omit<SessionProcessorsOptions, 'backends' | 'backfill'>,
    Omit<PersistentBatchSpanProcessorOptions, 'session'> {
  /**
   * The backends that receive the spans, if they group by keys of their own. Or `OTEL_SESSIONS_BACKENDS`, their names with
   * commas between them.
   *
   * @default []: Phoenix, Arize and MLflow read the attributes as they are
   * @example registerSessions({ backends: [langfuse, datadog] })
   */
  readonly backends?: readonly SessionBackend[] | undefined
  /**
   * How long, and how many, spans without a session wait for their local trace to complete; they inherit its session if
   * it contained exactly one. `false` turns it off. Or `OTEL_SESSIONS_BACKFILL`, `true` or `false`.
   *
   * @default backfill(): at most 30 s, and 2048 spans
   */
  readonly backfill?: Backfill | false | undefined
  /**
   * Instrumentations to register, or arrays of them, such as `getNodeAutoInstrumentations()`.
   *
   * @default []
   */
  readonly instrumentations?: readonly (InstrumentationLike | readonly InstrumentationLike[])[] | undefined
  /**
   * Whether to register the instrumentations that are installed: those of OpenTelemetry, OpenInference and Traceloop that
   * the application's `package.json` names, except those that `instrumentations` has. If it names none, those in
   * `node_modules`. OpenTelemetry's is left out where another one changes the same library. A package that fails to load is
   * logged once, and so it is if there is none. `OTEL_NODE_ENABLED_INSTRUMENTATIONS` and
   * `OTEL_NODE_DISABLED_INSTRUMENTATIONS` choose among them. Or `OTEL_SESSIONS_AUTO_INSTRUMENT`, `true` or `false`.
   *
   * @default false
   */
  readonly autoInstrument?: boolean | undefined
  /**
   * LangChain's callbacks keep their session; an installed LangChain needs nothing. In a bundle, the modules
   * `@langchain/core/callbacks/manager` and `@langchain/core/utils/async_caller`, as `keepSessionInLangChain` of
   * `@otel-sessions/processor/langchain` takes them.
   *
   * @default true
   */
  readonly keepSessionInLangChain?: true | readonly (LangChainCallbacks | LangChainCaller)[] | undefined
}

const DELIVERY = [
  'url',
  'headers',
  'compression',
  'protocol',
  'timeoutMillis',
  'maxRetryAfterMillis',
  'httpAgentOptions',
  'concurrency',
  'maxExportBatchSize',
  'scheduledDelayMillis',
  'exportTimeoutMillis',
  'shutdownTimeoutMillis',
  'directory',
  'durability',
  'fsync',
  'maxBytes',
  'maxAge',
  'minFreeDiskBytes',
  'maxMemoryBytes',
  'maxRejectedBytes',
  'overflow',
  'meterProvider',
] satisfies (keyof PersistentBatchSpanProcessorOptions)[]

const OWN = ['instrumentations', 'autoInstrument', 'keepSessionInLangChain'] satisfies Name[]

type Name = keyof RegisterSessionsOptions
/** Fails to compile if an option has no list. */
type Listed = (typeof STAMPING_OPTIONS | typeof VALIDATION_OPTIONS | typeof DELIVERY | typeof OWN)[number]
const OPTIONS: readonly (Name extends Listed ? Name : never)[] = [
  ...new Set([...STAMPING_OPTIONS, ...VALIDATION_OPTIONS, ...DELIVERY, ...OWN]),
]

/** What messages begin with. */
export const WHERE = 'registerSessions'

/** The options by the part that they are for. */
export interface CheckedOptions {
  readonly stamping: SessionSpanProcessorOptions
  readonly validation: Omit<ValidationOptions, 'backfill'>
  readonly delivery: Omit<PersistentBatchSpanProcessorOptions, 'session'>
  readonly backfill: Backfill | false | undefined
  readonly autoInstrument: boolean | undefined
  readonly instrumentations: readonly InstrumentationLike[]
  readonly langChainModules: readonly (LangChainCallbacks | LangChainCaller)[]
}

/**
 * Checks the options of `registerSessions` itself, and sorts all of them by the part that they are for. The parts check
 * theirs when they are constructed, in `asOwnError`.
 *
 * @throws TypeError that names the option and the kind of its value
 */
export function checkRegisterOptions(given: RegisterSessionsOptions): CheckedOptions {
  const options = checkOptions(WHERE, given, OPTIONS)
  const { backfill, autoInstrument, instrumentations = [], keepSessionInLangChain = true } = options
  const isBackfill = backfill === undefined || backfill === false || typeof backfill === 'object'
  checkOption(isBackfill && backfill !== null, WHERE, 'backfill', 'false or made by backfill()', backfill)
  if (autoInstrument !== undefined) checkChoice(WHERE, 'autoInstrument', autoInstrument, [true, false])
  return {
    stamping: pickSet(options, STAMPING_OPTIONS),
    validation: pickSet({ ...options, backfill: undefined }, VALIDATION_OPTIONS),
    delivery: pickSet(options, DELIVERY),
    backfill,
    autoInstrument,
    instrumentations: checkInstrumentations(instrumentations),
    langChainModules: keepSessionInLangChain === true ? [] : checkModules(keepSessionInLangChain),
  }
}

function checkModules(given: unknown): (LangChainCallbacks | LangChainCaller)[] {
  const modules = "true or an array of LangChain's modules"
  checkOption(Array.isArray(given), WHERE, 'keepSessionInLangChain', modules, given)
  return [...(given as unknown[])].map((each, index) => {
    const isOne = ['CallbackManager', 'AsyncCaller'].some((name) => typeof read(each, name) === 'function')
    const expected = "a module of LangChain's, with CallbackManager or AsyncCaller"
    checkOption(isOne, WHERE, `keepSessionInLangChain[${index}]`, expected, each)
    return each as LangChainCallbacks | LangChainCaller
  })
}

function checkInstrumentations(given: unknown): InstrumentationLike[] {
  checkOption(Array.isArray(given), WHERE, 'instrumentations', 'an array of instrumentations', given)
  return (given as unknown[]).flatMap((each, index) => {
    for (const one of [each].flat() as Partial<InstrumentationLike>[]) {
      const isOne = typeof one?.enable === 'function' && typeof one.setTracerProvider === 'function'
      const expected = 'an instrumentation, with enable and setTracerProvider'
      checkOption(isOne, WHERE, `instrumentations[${index}]`, expected, one)
    }
    return each as InstrumentationLike[]
  })
}
