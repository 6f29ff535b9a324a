/** An application that ends spans in bursts until it is killed, and reports which of them are in the journal. */
import { writeSync } from 'node:fs'
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import { PersistentBatchSpanProcessor } from '@otel-sessions/exporter/persistent'
import { unaccounted } from './drain.ts'
import type { Setup } from './kills/setup.ts'
import { Random } from './random.ts'
import { checkedSpan, randomText } from './spans.ts'

/** The application's configuration. */
export interface ApplicationConfig {
  readonly options: ConstructorParameters<typeof PersistentBatchSpanProcessor>[0]
  readonly setup: Setup
  /** The prefix of its spans' IDs; a number from 1 follows. */
  readonly prefix: string
  readonly seed: number
  /** Whether it first sends what it finds. */
  readonly flushesFirst: boolean
  /** About the most bytes of text on its spans, in all. */
  readonly bytes: number
  /** Whether it may end by itself. */
  readonly shutsDown: boolean
}

const REPORTS = 3
const { options, setup, prefix, seed, flushesFirst, bytes, shutsDown } = JSON.parse(
  process.argv[2] ?? '{}',
) as ApplicationConfig
const random = new Random(seed)
// Written synchronously, so that a kill after it does not undo it.
const say = (line: string) => writeSync(REPORTS, `${line}\n`)

say('constructs')
const processor = new PersistentBatchSpanProcessor(options)
say('runs')
let ended = 0
let left = bytes
let journalled = 0
if (flushesFirst) void processor.forceFlush().catch(() => {})

while (left > 0) {
  burst(random.chance(0.2) ? random.whole(50, 150) : random.whole(1, 20))
  sayWhatIsJournalled()
  if (random.chance(0.1)) void processor.forceFlush().catch(() => {})
  await breath()
  sayWhatIsJournalled()
  sayWhatIsWrong()
}
if (shutsDown) await processor.shutdown()
else await pause(60_000)

function burst(spans: number): void {
  for (let count = 0; count < spans && left > 0; count++) {
    const text = randomText(random, random.chance(0.03) ? 20_000 : random.whole(0, 1200))
    left -= text.length
    processor.onEnd(checkedSpan(`${prefix}${ended + 1}`, text))
    ended++
    if (setup.durability === 'span') say(`${ended}`)
  }
}

/**
 * All spans that ended, at the moments at which none of them waits to be written. At other moments, `stats()` does not tell
 * which ones wait: a later span may be written within a call while a thread is still writing an earlier one.
 */
function sayWhatIsJournalled(): void {
  if (setup.durability === 'span') return
  const { buffered, unwritten } = processor.stats()
  if (buffered + unwritten > 0 || ended === journalled) return
  journalled = ended
  say(`${journalled}`)
}

/**
 * The counters have to add up at any moment, and nothing may be dropped, for the harness cannot ask a process that was
 * killed.
 */
function sayWhatIsWrong(): void {
  const stats = processor.stats()
  const dropped =
    Object.keys(stats.dropped).length > 0 ? `dropped ${JSON.stringify(stats.dropped)}` : undefined
  const problem = unaccounted(stats) ?? dropped
  if (problem !== undefined) say(`wrong ${problem}`)
}

async function breath(): Promise<void> {
  if (random.chance(0.3)) return pause(random.whole(1, 25))
  for (let turns = random.whole(0, 20); turns > 0; turns--) {
    await nextTurn()
    sayWhatIsJournalled()
  }
}
