import { bindSession, usingSession } from '@otel-sessions/processor'
import type { Cell, Each, Outcome } from './cell.ts'
import { A, B, bodyIsWaiting, forgetSpans, spansOf, work } from './telemetry.ts'

/** The observation. `idle`: the producer or consumer did nothing. */
type Seen = Outcome | 'idle' | `throws: ${string}`

export interface CellResult {
  readonly cell: Cell
  readonly alone: Seen
  readonly bound: Seen
  readonly asListed: boolean
}

export async function runCell(cell: Cell): Promise<CellResult> {
  const alone = await runBoth(cell, (value) => value)
  const bound = await runBoth(cell, (value) => bindSession(value))
  const isLost = Number.parseInt(process.versions.node, 10) >= (cell.lostFromNode ?? Number.POSITIVE_INFINITY)
  const listed = isLost ? { alone: 'lost', bound: 'lost' } : cell
  return { cell, alone, bound, asListed: alone === listed.alone && bound === listed.bound }
}

/** Consumed outside, and in another session; it is only kept where it is kept in both. */
async function runBoth(cell: Cell, bind: <V extends object>(value: V) => V): Promise<Seen> {
  const outside = await runOnce(cell, bind, undefined)
  const inside = await runOnce(cell, bind, B)
  return outside === 'kept' ? inside : outside
}

async function runOnce(
  cell: Cell,
  bind: <V extends object>(value: V) => V,
  place: string | undefined,
): Promise<Seen> {
  forgetSpans()
  const each: Each = (session = place) => {
    work('consumer', session ?? 'none')
    return 'go on'
  }
  try {
    const made = usingSession(A, () => cell.make(bind))
    const consume = async () => cell.consume(made, each)
    await (place === undefined ? consume() : usingSession(place, consume))
    // Cleanup continues after the consumer has left.
    for (let turn = 0; turn < 5; turn++) await bodyIsWaiting()
  } catch (error) {
    return `throws: ${error}`
  }
  return seen()
}

function seen(): Seen {
  const consumer = spansOf('consumer')
  const body = ['request', 'body', 'cleanup'].flatMap(spansOf)
  if (consumer.length === 0 || body.length === 0) return 'idle'
  const isWhere = ({ attributes }: (typeof body)[number], usual: string) =>
    (attributes['session.id'] ?? 'none') === (attributes['expected'] ?? usual)
  if (!consumer.every((span) => isWhere(span, 'none'))) return 'leaks'
  return body.every((span) => isWhere(span, A)) ? 'kept' : 'lost'
}
