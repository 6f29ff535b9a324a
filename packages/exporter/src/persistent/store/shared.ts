import type { Ledger } from './ledger.ts'
import type { System } from './system.ts'
import type { Tasks } from './tasks.ts'
import type { StoreSettings } from './types.ts'

/** What the parts of a store share. */
export interface Shared {
  readonly system: System
  readonly settings: StoreSettings
  readonly ledger: Ledger
  readonly tasks: Tasks
  /** How many batches may be taken and not behind a cursor: so many are sent again after a crash at most. */
  readonly window: number
}
