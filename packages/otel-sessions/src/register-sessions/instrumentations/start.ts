// Under another name: banners of bundles often import it under its own.
import { isBuiltin, createRequire as requireFrom, syncBuiltinESMExports } from 'node:module'
import { resolve } from 'node:path'
import { metrics, type TracerProvider, trace } from '@opentelemetry/api'
import { findInstrumentations } from './find.ts'
import {
  type InstrumentationLike,
  type InstrumentationLog,
  LOG,
  modulesOf,
  reportFailure,
} from './instrumentation.ts'

/** Loads modules as the application does: as its main script, and as a file of the working directory. */
export function loaders(): NodeJS.Require[] {
  return [process.argv[1], 'main.js'].flatMap((file) => {
    try {
      return file === undefined ? [] : [requireFrom(resolve(file))]
    } catch {
      // The working directory was deleted.
      return []
    }
  })
}

const FOLLOWING: unique symbol = Symbol.for('otel-sessions.instrumentations') as never

/**
 * Whether those that are installed follow the registered provider. Loaded once more, also by another copy of this package,
 * they would make every span twice.
 */
const shared = globalThis as { [FOLLOWING]?: true }

/**
 * Connects instrumentations to a provider, as OpenTelemetry's `registerInstrumentations` does. Never throws:
 * one that fails is logged once.
 *
 * @param findsOthers whether those that are installed are loaded, too, unless some follow already
 * @param provider one that follows the registered one; left out, the one that is registered now
 * @param log where the choice of those that are installed is logged; left out, the logger that is set
 * @returns those that were given and found
 */
export function startInstrumentations(
  given: readonly InstrumentationLike[],
  findsOthers: boolean,
  provider?: TracerProvider,
  log: InstrumentationLog = LOG,
): readonly InstrumentationLike[] {
  const finds = findsOthers && !shared[FOLLOWING]
  const all = finds ? [...given, ...findInstrumentations(loaders(), given, log)] : given
  if (findsOthers && provider !== undefined) shared[FOLLOWING] = true
  for (const instrumentation of all) {
    try {
      start(instrumentation, provider ?? trace.getTracerProvider())
      loadBuiltins(instrumentation)
    } catch (error) {
      reportFailure(instrumentation, error, log)
    }
  }
  return all
}

function start(instrumentation: InstrumentationLike, provider: TracerProvider): void {
  instrumentation.setTracerProvider(provider)
  // Some fail within the application's calls if they have no meter.
  instrumentation.setMeterProvider?.(metrics.getMeterProvider())
  // Enabling twice would make every span twice. It is enabled when it is constructed, unless its configuration says no.
  if (instrumentation.getConfig?.().enabled === false) instrumentation.enable()
}

/** An instrumentation changes a module when it is required. Node's own modules are mostly imported, before and after. */
function loadBuiltins(instrumentation: InstrumentationLike): void {
  const require = requireFrom(process.execPath)
  const builtins = modulesOf(instrumentation).filter((name) => isBuiltin(name))
  for (const name of builtins) require(name)
  // For modules that have imported single functions of them.
  if (builtins.length > 0) syncBuiltinESMExports()
}
