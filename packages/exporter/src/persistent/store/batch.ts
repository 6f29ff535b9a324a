import { setImmediate } from 'node:timers/promises'
import type { Ledger } from './ledger.ts'
import { unpack } from './pack.ts'
import type { Entry } from './segment.ts'
import type { Range, Source } from './source.ts'
import type { Batch } from './types.ts'

/** Small bodies are unpacked on the event loop; after so many bytes others have their turn. */
const UNPACKED_AT_ONCE_BYTES = 128 * 1024

/** A range as what the sender gets; undefined when none of its bodies can be unpacked. */
export async function batchOf(
  source: Source,
  range: Range,
  ledger: Ledger,
  answers: { settle(): void; release(): void },
): Promise<Batch | undefined> {
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
    settle: once(answers.settle),
    release: once(answers.release),
  }
}

const unpacked = async ({ body, packing, rawBytes }: Entry): Promise<Buffer | undefined> =>
  body && unpack(body, packing, rawBytes)
