import { setImmediate } from 'node:timers/promises'
import type { Accounting } from '../journal/accounting.ts'
import type { JournalReader, LeasedRange } from '../journal/journal-reader.ts'
import { unpack } from '../journal/pack.ts'
import type { JournalEntry } from '../journal/segment.ts'
import type { Lease } from './types.ts'

/** Small bodies are unpacked on the event loop; after so many bytes others have their turn. */
const UNPACKED_AT_ONCE_BYTES = 128 * 1024

/** A range as what the sender gets; undefined when none of its bodies can be unpacked. */
export async function batchOf(
  source: JournalReader,
  range: LeasedRange,
  ledger: Accounting,
  answers: { settle(): void; release(): void },
): Promise<Lease | undefined> {
  const format = range.entries[0]?.segment.format ?? 'protobuf'
  const bodies: Buffer[] = []
  let spans = 0
  let bytes = 0
  let unpackedBytes = 0
  for (const entry of range.entries) {
    if (entry.packing !== 'none') {
      unpackedBytes += entry.rawBytes
      if (unpackedBytes > UNPACKED_AT_ONCE_BYTES) {
        unpackedBytes = 0
        await setImmediate()
      }
    }
    const body = entry.packing === 'none' ? entry.body : await unpacked(entry)
    if (body === undefined) {
      ledger.counters.corrupt += 1
      ledger.leave(entry, 'corrupt')
      continue
    }
    bodies.push(body)
    spans += entry.spans
    bytes += entry.rawBytes
  }
  if (bodies.length === 0) {
    source.settle(range)
    return undefined
  }
  let isAnswered = false
  const once = (answer: () => void) => () => {
    if (!isAnswered) answer()
    isAnswered = true
  }
  return {
    ...{ format, bodies, spans, bytes },
    ack: once(answers.settle),
    nack: once(answers.release),
  }
}

const unpacked = async ({ body, packing, rawBytes }: JournalEntry): Promise<Buffer | undefined> =>
  body && unpack(body, packing, rawBytes)
