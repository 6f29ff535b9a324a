import type { DeliveryCounters } from '../stats.ts'
import { Ledger } from './ledger.ts'
import { JournalStore } from './store.ts'
import { machine, type System } from './system.ts'
import { Tasks } from './tasks.ts'
import type { Store, StoreSettings } from './types.ts'

/**
 * Opens the store. Trouble with the disk is no error: records are kept in memory until it can be written.
 *
 * @param window how many batches may be taken out at the same time; so many are sent again after a crash at most
 * @param system the machine; another one in tests
 */
export function openStore(
  settings: StoreSettings,
  counters: DeliveryCounters,
  window: number,
  system: System = machine(),
): Store {
  return new JournalStore({ settings, ledger: new Ledger(counters), tasks: new Tasks(), system, window })
}
