import type { QueueSettings } from '../queue/types.ts'
import type { Accounting } from './accounting.ts'
import type { System } from './system.ts'
import type { Tasks } from './tasks.ts'

/** What the parts of a store share. */
export interface QueueContext {
  readonly system: System
  readonly settings: QueueSettings
  readonly accounting: Accounting
  readonly tasks: Tasks
  /** How many batches may be taken and not behind a cursor: so many are sent again after a crash at most. */
  readonly window: number
}
