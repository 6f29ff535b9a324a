/**
 * `npx -y pnpm@12.21.0 test:crash [--kills N] [--seed S] [--quick]`: processes that are killed while they write and send,
 * and journals that are damaged. Exits with 1 when a span is lost that was in the journal, when anything arrives
 * damaged, or more often than is promised.
 *
 * The seed repeats the random draws, not the moments at which the machine acts on them.
 */
import { readArguments } from './arguments.ts'
import { startCrashCollector } from './collector.ts'
import { tinyDisks } from './faults/disk.ts'
import { faultTable } from './faults/report.ts'
import { runFaults } from './faults/run.ts'
import { killTable } from './kills/report.ts'
import { runKills } from './kills/run.ts'
import { Random } from './random.ts'

const { kills, seed, isQuick } = readArguments(process.argv.slice(2))
console.log(`seed ${seed}${isQuick ? ', quick' : ''}`)
const collector = await startCrashCollector()
const violations: string[] = []

const outcomes = await runKills(collector, new Random(seed), kills)
console.log(`\n${killTable(outcomes)}`)
const early = outcomes.reduce((sum, outcome) => sum + outcome.early, 0)
console.log(`${early} of the kills came before there was a processor`)
violations.push(...outcomes.flatMap((outcome) => outcome.violations))

const faults = await runFaults(collector, new Random(seed), isQuick)
const disks = await tinyDisks()
if (typeof disks === 'string') console.error(`\nSKIPPED: full and read-only disks (a real tmpfs): ${disks}`)
else faults.push(...disks)
console.log(`\n${faultTable(faults)}`)
violations.push(...faults.flatMap((fault) => fault.violations))

collector.close()
for (const violation of violations) console.error(`VIOLATION ${violation}`)
console.log(violations.length === 0 ? '\nno violation' : `\n${violations.length} violations`)
process.exit(violations.length === 0 ? 0 : 1)
