import { rmSync } from 'node:fs'
import type { CrashCollector } from '../collector.ts'
import type { Random } from '../random.ts'
import { liveThrough } from './circumstance.ts'
import { circumstances } from './circumstances.ts'
import {
  alienFiles,
  bitFlips,
  bitFlipsIn,
  otherContents,
  segmentDamages,
  truncations,
  untouched,
} from './damages.ts'
import { type Journal, type JournalPlan, writeJournal } from './journal.ts'
import { type Damage, type FaultResult, tryDamages } from './trial.ts'

const DECADE_MILLIS = 10 * 365 * 86_400_000
const PLAIN: JournalPlan = {
  format: 'http/protobuf',
  acknowledged: 2,
  spans: 4,
  length: 30,
}
/** Several segments. */
const LONG: JournalPlan = { ...PLAIN, acknowledged: 30, spans: 30, length: 10_000 }
const LARGER: readonly JournalPlan[] = [
  { ...PLAIN, length: 600 },
  { ...PLAIN, length: 600, format: 'http/json' },
]

/** Damages journals in all ways; in fewer places when quick. */
export async function runFaults(
  collector: CrashCollector,
  random: Random,
  isQuick: boolean,
): Promise<FaultResult[]> {
  const step = isQuick ? 7 : 1
  const results: FaultResult[] = []
  const journals: Journal[] = []
  const write = async (plan: JournalPlan) => {
    const journal = await writeJournal(collector, plan)
    journals.push(journal)
    return journal
  }
  const attempt = async (name: string, journal: Journal, damages: Iterable<Damage>) => {
    results.push(await tryDamages(name, collector, journal, damages))
  }
  const plain = await write(PLAIN)
  const long = await write(LONG)
  await attempt('nothing', plain, [untouched])
  await attempt('nothing, several segments', long, [untouched])
  await attempt('the last segment cut off, at every byte', plain, truncations(plain, step))
  await attempt('a bit flipped, in every byte of a segment', plain, bitFlips(plain, step, random))
  for (const plan of LARGER) {
    const journal = await write(plan)
    const kind = `larger spans, ${plan.format}`
    await attempt(`nothing, ${kind}`, journal, [untouched])
    await attempt(`the last segment cut off, ${kind}`, journal, truncations(journal, step * 5))
    await attempt(`a bit flipped, ${kind}`, journal, bitFlips(journal, step * 3, random))
  }
  await attempt('a bit of the checkpoint flipped', plain, bitFlipsIn(plain, 'cursor', random, step))
  const young = await write({ ...PLAIN, acknowledged: 0 })
  for (const [journal, name] of [
    [plain, ''],
    [long, ', several segments'],
  ] as const) {
    await attempt(`another checkpoint${name}`, journal, otherContents('cursor', young))
    await attempt(`another alive${name}`, journal, otherContents('alive', young))
    await attempt(`segments damaged${name}`, journal, segmentDamages(journal))
  }
  await attempt('alien files and folders', plain, alienFiles(plain))
  for (const [what, clock] of [
    ['ahead', DECADE_MILLIS],
    ['behind', -DECADE_MILLIS],
  ] as const) {
    const journal = await write({ ...PLAIN, clock })
    await attempt(`the clock of the last process ten years ${what}`, journal, [untouched])
  }
  for (const circumstance of circumstances) results.push(await liveThrough(collector, circumstance))
  for (const { directory } of journals) rmSync(directory, { recursive: true, force: true })
  return results
}
