import type { QueueContext } from '../journal/context.ts'
import type { TakenJournal } from '../ownership/taken-journal.ts'
import type { OwnJournal } from './own-journal.ts'

/** Makes room in the journal for a record, as the options say. False when it must not be taken. */
export function makeRoom(
  { settings, accounting: ledger }: QueueContext,
  bytes: number,
  adopted: readonly TakenJournal[],
  own: OwnJournal,
): boolean {
  if (bytes > settings.maxBytes) return false
  while (ledger.diskBytes + bytes > settings.maxBytes) {
    if (settings.overflow === 'reject-newest') return false
    const sources = [...adopted.map((one) => one.reader), own.reader]
    const source = sources.find((one) => one.segments.some(canGo))
    const victim = source?.segments.find(canGo)
    if (source === undefined || victim === undefined) return false
    if (!victim.isSealed) own.seal()
    // Sealing may have been all that was missing to give it up.
    if (!victim.isGone) source.drop(victim, 'overflow')
  }
  return true
}

const canGo = (segment: { taken: number }): boolean => segment.taken === 0
