/** Writes a journal with one span in each record, reports where each record ends, and is killed. */
import { readdirSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { PersistentBatchSpanProcessor } from '@otel-sessions/exporter/persistent'
import { Random } from '../random.ts'
import { checkedSpan, randomText } from '../spans.ts'
import type { AuthorConfig } from './journal.ts'

const PLACES = 3
const {
  options,
  acknowledged,
  spans,
  length,
  clock = 0,
} = JSON.parse(process.argv[2] ?? '{}') as AuthorConfig
const { now } = Date
Date.now = () => now() + clock
const random = new Random(7)
const processor = new PersistentBatchSpanProcessor(options)
let ended = 0

function end(count: number): void {
  for (let left = count; left > 0; left--) {
    const id = `span ${++ended}`
    processor.onEnd(checkedSpan(id, randomText(random, length)))
    writeSync(PLACES, `${JSON.stringify({ id, ...newestFile() })}\n`)
  }
}

function newestFile(): { segment: string; end: number } {
  const [folder = ''] = readdirSync(options.directory).filter((name) => name !== 'rejected')
  const segment = readdirSync(join(options.directory, folder))
    .filter((name) => name.endsWith('.seg'))
    .sort()
    .at(-1) as string
  return { segment, end: statSync(join(options.directory, folder, segment)).size }
}

end(acknowledged)
if (acknowledged > 0) await processor.forceFlush()
// Nothing is sent any more: the event loop gets no turn before the end.
end(spans)
process.kill(process.pid, 'SIGKILL')
