import { sayOnce } from '../report.ts'
import { nameOfError } from './sending/answer.ts'

/** What the application's meter provider does; undefined where it throws, which is said once. */
export function guarded<T>(measure: () => T): T | undefined {
  try {
    return measure()
  } catch (error) {
    // By its name alone: nobody knows what it says.
    sayOnce('metrics', () => `the option "meterProvider" failed (${nameOfError(error)}); metrics are missing`)
    return undefined
  }
}
