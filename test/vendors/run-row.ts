/** The process of one run of a row: `node run-row.ts MODULE NUMBER with|without`. It sends its parent an `Outcome`. */
import * as ours from 'otel-sessions'
import type { Row, Sent, Wrap } from './row.ts'

/** What a run gave. */
export interface Outcome {
  readonly sent: Sent
  readonly wrong: readonly string[]
  /** How often a processor threw. */
  readonly failures: number
}

const [module = '', number, mode] = process.argv.slice(2)
const { rows } = (await import(module)) as { rows: readonly Row[] }
const row = rows[Number(number)] as Row
const made: ours.ValidatingSpanProcessor[] = []
const wrap: Wrap = (processors) => {
  if (mode === 'without') return processors
  const all = ours.sessionProcessors(processors as never, {
    backends: (row.backends ?? []).map((name) => ours.BACKENDS[name as ours.BackendName]),
    backfill: row.backfill,
  })
  made.push(...(all.slice(1) as ours.ValidatingSpanProcessor[]))
  return all as never
}
const sent = await row.run(wrap)
const failures = made
  .flatMap((each) => Object.values(each.stats().failures))
  .reduce((sum, count) => sum + count, 0)
process.send?.({ sent, wrong: row.check?.(sent) ?? [], failures } satisfies Outcome, () => process.exit())
