// Whether the heap stays flat, however long the process lives. `node --expose-gc test/memory/run.ts`; exits with 1
// when a shape leaves more than 5 MB behind. Nothing here is timed.
import { chains } from './chains.ts'
import { endless, manyChildren } from './endless.ts'
import { helpers, refused } from './helpers.ts'
import { lifecycle } from './lifecycle.ts'
import { shipped } from './pipeline.ts'
import { scopesInScopes, scopesThatSchedule } from './scopes.ts'
import { sessions } from './sessions.ts'
import { hop, type Shape } from './shape.ts'
import { totals } from './totals.ts'
import { waiting } from './waiting.ts'

const ALLOWED_MB = 5

const collect = globalThis.gc
if (collect === undefined) throw new Error('run it as: node --expose-gc test/memory/run.ts')

/** What is on the heap for good: finalisers and settled promises let go of some things only after a collection. */
async function heapInMB(): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < 6; round++) {
    await hop()
    collect?.()
    least = Math.min(least, process.memoryUsage().heapUsed / 2 ** 20)
  }
  return least
}

/** How much more is on the heap after the run than before it, with what the run gave back still alive. */
async function growthOf(shape: Shape): Promise<number> {
  const kept: unknown[] = [await shape.run(shape.times / 20)]
  const before = await heapInMB()
  kept[0] = await shape.run(shape.times)
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
  refused,
  ...waiting,
  ...lifecycle,
  totals,
  sessions,
]
// The process gives back late what it needed to start, which would hide a growth: so the shape that would leave
// least behind comes last.
for (const shape of shapes) await shape.run(shape.times / 20)
let failed = false
for (const shape of shapes) {
  const growth = await growthOf(shape)
  const flat = growth <= ALLOWED_MB
  if (!flat) failed = true
  console.log(
    `${flat ? 'flat ' : 'GROWS'} ${growth.toFixed(2).padStart(7)} MB  ${shape.times} × ${shape.name}`,
  )
}
console.log(`${shipped.spans} spans were shipped, ${shipped.withSession} of them with a session`)
process.exit(failed ? 1 : 0)
