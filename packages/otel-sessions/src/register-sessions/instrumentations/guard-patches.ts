import { type InstrumentationLike, type InstrumentationLog, reportFailure } from './instrumentation.ts'

interface PatchingInstrumentation extends InstrumentationLike {
  /** Patches the exports of a module. The base class of OpenTelemetry has it in all versions. */
  _onRequire?(definition: { readonly name?: string }, exports: unknown, ...rest: unknown[]): unknown
}

/**
 * Keeps an instrumentation from failing where the application loads a library: one that does not fit the library's version
 * throws out of `require`. The library then stays as it is, and that is logged once for each instrumentation. For those
 * that are installed: nobody has asked for them in particular.
 */
export function guardPatches(instrumentation: PatchingInstrumentation, log: InstrumentationLog): void {
  const { _onRequire } = instrumentation
  if (typeof _onRequire !== 'function') return
  instrumentation._onRequire = function (this: PatchingInstrumentation, definition, exports, ...rest) {
    try {
      return _onRequire.call(this, definition, exports, ...rest)
    } catch (error) {
      reportFailure(this, error, log, `changing ${definition.name}`)
      return exports
    }
  }
}
