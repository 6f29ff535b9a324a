import { Accounting } from '../journal/accounting.ts'
import { machine, type System } from '../journal/system.ts'
import { Tasks } from '../journal/tasks.ts'
import type { DeliveryCounters } from '../stats.ts'
import { PersistentQueue } from './persistent-queue.ts'
import type { QueueSettings, SpanQueue } from './types.ts'

/**
 * Opens the store. Trouble with the disk is no error: records are kept in memory until it can be written.
 *
 * @param window how many batches may be taken out at the same time; so many are sent again after a crash at most
 * @param system the machine; another one in tests
 */
export function openQueue(
  settings: QueueSettings,
  counters: DeliveryCounters,
  window: number,
  system: System = machine(),
): SpanQueue {
  return new PersistentQueue({
    settings,
    accounting: new Accounting(counters),
    tasks: new Tasks(),
    system,
    window,
  })
}
