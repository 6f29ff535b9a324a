import { diag, type MeterProvider, type TracerProvider } from '@opentelemetry/api'
import { describeError } from '../../describe-error.ts'
import { type FrontDoorProblem, problems } from '../../problems.ts'

/** The part of an instrumentation that is called; those of OpenTelemetry, OpenInference and Traceloop have it. */
export interface InstrumentationLike {
  /** The name, usually that of its package. */
  readonly instrumentationName?: string | undefined
  /** Starts instrumenting. Called only if the instrumentation is constructed with `enabled: false`. */
  enable(): void
  /** Stops instrumenting. */
  disable?(): void
  /** Sets where its spans go. */
  setTracerProvider(provider: TracerProvider): void
  /** Sets where its metrics go. */
  setMeterProvider?(provider: MeterProvider): void
  /** Its configuration. */
  getConfig?(): { readonly enabled?: boolean }
  /** The modules that it changes. */
  getModuleDefinitions?(): readonly { readonly name?: string }[]
}

/** Where the instrumentations that are used are logged, and why others are not. */
export interface InstrumentationLog {
  inform(message: string): void
  /** Logged once for each code, and for each thing that it is about. */
  warn(code: FrontDoorProblem, message: string, about?: string): void
  /** Logs that there are none, or none for libraries that call models, with the remedy. */
  none(message: string, isForSome?: boolean): void
  /** What `--import` is to name in the remedy. */
  readonly preload: string
}

/** Says it to the logger that is set. */
export const LOG: InstrumentationLog = {
  inform: (message) => diag.info(`otel-sessions: ${message}`),
  warn: (code, message, about) => problems.report(code, () => message, about),
  none: (message) => problems.report('instrumentation:none', () => `autoInstrument: ${message}`),
  preload: './telemetry.mjs',
}

/** What is read of a module that an instrumentation changes, or of a file in its package. */
export interface ModuleDefinition {
  readonly name?: string
  /** What it exports, once it is loaded. */
  readonly moduleExports?: unknown
  readonly files?: readonly ModuleDefinition[]
}

/** The modules that an instrumentation changes: its own objects, if it has them, or else what it tells by its method. */
export function definitionsOf(instrumentation: InstrumentationLike): readonly ModuleDefinition[] {
  const { _modules } = instrumentation as { _modules?: readonly ModuleDefinition[] }
  return _modules ?? instrumentation.getModuleDefinitions?.() ?? []
}

/** The names of the modules that an instrumentation changes. */
export const modulesOf = (instrumentation: InstrumentationLike): string[] =>
  definitionsOf(instrumentation).flatMap(({ name }) => name ?? [])

/** The package of a module that is named as `package/path`. */
export const packageOf = (module: string): string => /^(@[^/]+\/)?[^/]+/.exec(module)?.[0] ?? module

/** A file as `package/path`, by its path or URL; empty for one that is in no package. */
export const fileInPackage = (file: string): string =>
  file.replaceAll('\\', '/').split('/node_modules/').slice(1).at(-1) ?? ''

/**
 * Reports an instrumentation that is not used, once for each.
 *
 * @param what what it does when it throws
 */
export function reportFailure(
  { instrumentationName = 'an instrumentation' }: Pick<InstrumentationLike, 'instrumentationName'>,
  error: unknown,
  log: InstrumentationLog,
  what = 'loading or starting it',
): void {
  const message = `${instrumentationName} does not instrument: ${what} throws (${describeError(error)})`
  log.warn('instrumentation:failed', message, instrumentationName)
}
