import type { CrashCollector } from '../collector.ts'
import type { Random } from '../random.ts'
import { type Outcome, Scenario } from './scenario.ts'
import { setups } from './setup.ts'

const SETUPS = 24
/** Scenarios at the same time. */
const AT_ONCE = 2

/** Kills at least so many processes, over all setups. */
export async function runKills(collector: CrashCollector, random: Random, kills: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  const endless = setups(random)
  const each = Math.min(12, Math.ceil(kills / SETUPS))
  let begun = 0
  let started = 0
  // A process that ends by itself leaves the compiled programs for those that follow.
  const rehearsal = new Scenario(collector, endless.next().value, 'rehearsal', random.seed())
  await rehearsal.rehearse()
  const work = async () => {
    while (started < kills || begun < SETUPS) {
      const scenario = new Scenario(collector, endless.next().value, `s${begun++}`, random.seed())
      started += each
      outcomes.push(await scenario.run(each))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return outcomes
}
