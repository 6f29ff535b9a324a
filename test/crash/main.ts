/**
 * `npx -y pnpm@12.21.0 test:crash [--kills N] [--seed S] [--quick] [--only PART]`, the parts being
 *
 * - `kills`: one or two processes on a directory are killed while they write and send
 * - `crowd`: 20 processes at a time start and die on one directory, 200 are killed
 * - `damage`: journals are damaged, and the machine works against a processor
 * - `disks`: full, read-only, hanging; no file descriptors
 * - `owners`: a process in another PID namespace is frozen, or its clock is set, and another one takes its journal over
 * - `freezes`: a process is stopped while an answer arrives
 * - `ends`: processes and worker threads end in each way and phase
 *
 * Exits with 1 when a span is lost that was in the journal, when anything arrives damaged, or more often than is promised,
 * and when a process takes longer to end than is documented.
 *
 * The seed repeats the random draws, not the moments at which the machine acts on them.
 */
import { GROUPS, type Part, readArguments } from './arguments.ts'
import { startCrashCollector } from './collector.ts'
import { crowdTable } from './crowd/report.ts'
import { runCrowd } from './crowd/run.ts'
import { runDisks } from './disks/run.ts'
import { runEnds } from './ends/run.ts'
import { tinyDisks } from './faults/disk.ts'
import { faultTable } from './faults/report.ts'
import { runFaults } from './faults/run.ts'
import type { FaultResult } from './faults/trial.ts'
import { runFreezes } from './freezes/run.ts'
import { killTable } from './kills/report.ts'
import { runKills } from './kills/run.ts'
import { otherNamespace } from './owners/namespace.ts'
import { runOwners } from './owners/run.ts'
import { Random } from './random.ts'

const { kills, seed, isQuick, parts } = readArguments(process.argv.slice(2))
console.log(`seed ${seed}${isQuick ? ', quick' : ''}`)
const collector = await startCrashCollector()
const violations: string[] = []
const skipped: string[] = []

const PROGRAM: Record<Part, (random: Random) => Promise<void>> = {
  async kills(random) {
    const outcomes = await runKills(collector, random, kills)
    console.log(killTable(outcomes))
    const early = outcomes.reduce((sum, outcome) => sum + outcome.early, 0)
    console.log(`${early} of the kills came before there was a processor`)
    violations.push(...outcomes.flatMap((outcome) => outcome.violations))
  },
  async crowd(random) {
    const size = isQuick ? { processes: 6, kills: 20 } : { processes: 20, kills: 200 }
    const outcome = await runCrowd(collector, random, size)
    console.log(crowdTable(outcome))
    violations.push(...outcome.violations)
  },
  async damage(random) {
    report(await runFaults(collector, random, isQuick))
  },
  async disks() {
    const [portable, disks] = await Promise.all([runDisks(collector), tinyDisks()])
    report(portable)
    if (typeof disks === 'string') skip('disks that are full, read-only, or hang (a real tmpfs)', disks)
    else {
      report(disks.results)
      if (disks.skipped !== undefined) skip('disks that hang (fsfreeze)', disks.skipped)
    }
  },
  async owners(random) {
    const namespace = otherNamespace()
    if (typeof namespace === 'string') skip('owners in another PID namespace (unshare)', namespace)
    else report(await runOwners(collector, random, namespace, isQuick))
  },
  async freezes() {
    report(await runFreezes(collector, isQuick))
  },
  async ends(random) {
    report(await runEnds(collector, random, isQuick))
  },
}

for (const group of GROUPS) {
  await Promise.all(group.filter((part) => parts.includes(part)).map(run))
}

collector.close()
for (const what of skipped) console.error(`SKIPPED: ${what}`)
for (const violation of violations) console.error(`VIOLATION ${violation}`)
console.log(violations.length === 0 ? '\nno violation' : `\n${violations.length} violations`)
process.exit(violations.length === 0 ? 0 : 1)

async function run(part: Part): Promise<void> {
  const started = performance.now()
  await PROGRAM[part](new Random(seed))
  console.log(`${part} took ${Math.round((performance.now() - started) / 1000)} s\n`)
}

function report(results: readonly FaultResult[]): void {
  console.log(faultTable(results))
  violations.push(...results.flatMap((result) => result.violations))
}

/** Says so at once, and again at the end. */
function skip(what: string, why: string): void {
  skipped.push(`${what}: ${why}`)
  console.error(`SKIPPED: ${what}: ${why}`)
}
