// Tests that the heap stays flat in long-lived processes. `npx -y pnpm@12.21.0 test:memory [--quick]`; exits with 1 if a
// shape leaves more than 5 MB behind. `--quick` runs a fifth of the repetitions of the shapes that take long, and allows
// a fifth of the growth, so that a repetition may leave as many bytes behind as in the whole run. Nothing here is timed.
import { parseArgs } from 'node:util'
import { chains } from './chains.ts'
import { endless, manyChildren } from './endless.ts'
import { helpers, rejected } from './helpers.ts'
import { lifecycle } from './lifecycle.ts'
import { exported } from './pipeline.ts'
import { scopesInScopes, scopesThatSchedule } from './scopes.ts'
import { sessions } from './sessions.ts'
import { hop, type Shape } from './shape.ts'
import { totals } from './totals.ts'
import { waiting } from './waiting.ts'

const ALLOWED_MB = 5
/** The part of a long shape that `--quick` runs. */
const QUICK_PART = 1 / 5

const { values: options } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: { quick: { type: 'boolean', default: false } },
})
const partOf = ({ isLong }: Shape): number => (options.quick && isLong ? QUICK_PART : 1)

const collect = globalThis.gc
if (collect === undefined) throw new Error('run it as: node --expose-gc test/memory/run.ts')

/** The retained heap: finalisers and settled promises release some objects only after a collection. */
async function heapInMB(): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < 6; round++) {
    await hop()
    collect?.()
    least = Math.min(least, process.memoryUsage().heapUsed / 2 ** 20)
  }
  return least
}

/** The growth of the heap during the run, with the run's result still alive. */
async function growthOf(shape: Shape, times: number): Promise<number> {
  const kept: unknown[] = [await shape.run(shape.times / 20)]
  const before = await heapInMB()
  kept[0] = await shape.run(times)
  const after = await heapInMB()
  kept.length = 0
  return after - before
}

const shapes = [
  ...chains,
  scopesInScopes,
  scopesThatSchedule,
  endless,
  manyChildren,
  helpers,
  rejected,
  ...waiting,
  ...lifecycle,
  totals,
  sessions,
]
if (options.quick) {
  const shortened = shapes.filter(({ isLong }) => isLong).length
  console.log(
    `Quick: leaves out four fifths of the repetitions of ${shortened} of ${shapes.length} shapes, marked *, which may leave ${ALLOWED_MB * QUICK_PART} MB behind instead of ${ALLOWED_MB} MB.`,
  )
}
// Memory from the start of the process is released late, which would hide growth: so the shape that would leave the
// least behind runs last.
for (const shape of shapes) await shape.run(shape.times / 20)
let failed = false
for (const shape of shapes) {
  const part = partOf(shape)
  const times = shape.times * part
  const growth = await growthOf(shape, times)
  const flat = growth <= ALLOWED_MB * part
  if (!flat) failed = true
  console.log(
    `${flat ? 'flat ' : 'GROWS'} ${growth.toFixed(2).padStart(7)} MB  ${times}${part < 1 ? '*' : ''} × ${shape.name}`,
  )
}
console.log(`${exported.spans} spans were exported, ${exported.withSession} of them with a session`)
process.exit(failed ? 1 : 0)
