import type { ValidationOptions } from './options.ts'

/** The key of the method with which a processor that validates by itself takes the options of `sessionProcessors`. */
export const TAKE_OPTIONS: unique symbol = Symbol.for('otel-sessions.take-validation-options') as never

/** A processor that validates by itself. */
export interface TakesOptions {
  /**
   * Validates by these checked options from now on, unless its own were set.
   *
   * @param options undefined if `sessionProcessors` validates the spans before they come
   * @returns whether it does
   */
  [TAKE_OPTIONS](options: ValidationOptions | undefined): boolean
}
