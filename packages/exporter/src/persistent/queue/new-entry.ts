import type { Encoded } from '../encoder/codec.ts'
import type { QueueContext } from '../journal/context.ts'
import { PACKED_AT_ONCE_BYTES, packSync } from '../journal/pack.ts'
import type { NewEntry } from '../journal/segment.ts'

/** A record as the store keeps it; small ones are packed now, large ones by the writer. */
export function newEntry(
  { accounting: ledger, settings, system }: QueueContext,
  { body, spans }: Encoded,
): NewEntry {
  const isLater = body.length > PACKED_AT_ONCE_BYTES && !settings.isSync
  const packed = packSync(body, isLater ? 'none' : settings.compression)
  const stored = packed ?? body
  return {
    ...{ seq: ledger.number(), spans, rawBytes: body.length, at: system.now() },
    ...{ packing: packed ? settings.compression : 'none', body: stored, storedBytes: stored.length },
  }
}
