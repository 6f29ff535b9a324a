import { type Context, ROOT_CONTEXT } from '@opentelemetry/api'
import { SessionSpanProcessor, setSession } from '@otel-sessions/processor'
import { added, cost } from './figures.ts'
import { FLOOR_KEY, FloorProcessor, NoopProcessor, RichFloorProcessor } from './floors.ts'
import { interleave } from './interleave.ts'
import type { Row } from './row.ts'
import { RICH_ENTRIES, RICH_SESSION, SESSION_ID } from './session.ts'
import { spanWork, stampedId } from './span-work.ts'

interface Case {
  readonly name: string
  readonly depth: number
  readonly floor: object
  readonly floorContext: Context
  readonly ourContext: Context
  readonly expectedId: string | undefined
}

const plain = ROOT_CONTEXT.setValue(FLOOR_KEY, SESSION_ID)
const rich = ROOT_CONTEXT.setValue(FLOOR_KEY, RICH_ENTRIES)
const ID_ONLY = {
  floor: new FloorProcessor(),
  floorContext: plain,
  ourContext: setSession(ROOT_CONTEXT, SESSION_ID),
  expectedId: SESSION_ID,
}
const RICH = {
  floor: new RichFloorProcessor(),
  floorContext: rich,
  ourContext: setSession(ROOT_CONTEXT, RICH_SESSION),
  expectedId: SESSION_ID,
}
const OUTSIDE = {
  floor: new FloorProcessor(),
  floorContext: ROOT_CONTEXT,
  ourContext: ROOT_CONTEXT,
  expectedId: undefined,
}

const CASES: readonly Case[] = [
  { ...ID_ONLY, name: 'stamping, ID only, roots', depth: 1 },
  { ...ID_ONLY, name: 'stamping, ID only, 10 deep', depth: 10 },
  { ...RICH, name: 'stamping, rich, roots', depth: 1 },
  { ...RICH, name: 'stamping, rich, 10 deep', depth: 10 },
  { ...OUTSIDE, name: 'outside any scope, roots', depth: 1 },
  { ...OUTSIDE, name: 'outside any scope, 10 deep', depth: 10 },
]

/** What a span costs more than under a processor that does nothing: ours, and the floor. */
export async function measureStamping(rounds: number): Promise<Row[]> {
  const rows: Row[] = []
  for (const { name, depth, floor, floorContext, ourContext, expectedId } of CASES) {
    const ours = new SessionSpanProcessor()
    if (stampedId(ours, ourContext, depth) !== expectedId) throw new Error(`${name}: not stamped`)
    const samples = await interleave(
      [
        spanWork('noop', new NoopProcessor(), floorContext, depth),
        spanWork('floor', floor, floorContext, depth),
        spanWork('ours', ours, ourContext, depth),
      ],
      rounds,
    )
    const over = (variant: string) => added(samples, variant, 'noop')
    // Outside a scope the floor does nothing, so there is nothing to compare with.
    const besides = expectedId === undefined ? undefined : over('floor')
    rows.push({ name, ours: over('ours'), floor: besides, baseline: cost(samples, 'noop') })
  }
  return rows
}
