/**
 * What the packages of this project share of validation. It is not public and may change in any release.
 *
 * @module
 */
export { DEADLINES, type Deadlines } from './deadlines.ts'
export {
  type BackfillBuffer,
  type BackfillHost,
  CREATE_BUFFER,
  type CreateBuffer,
} from './validation/backfill-contract.ts'
export { TAKE_OPTIONS, type TakesOptions } from './validation/given-options.ts'
export { VALIDATION_OPTIONS, type ValidationOptions } from './validation/options.ts'
export { SpanValidation, type ValidationOwner } from './validation/span-validation.ts'
export type { ValidationStats } from './validation/stats.ts'
