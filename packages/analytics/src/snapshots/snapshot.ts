import { modelsOf } from '../model-column.ts'
import { labelsOf, usersOf } from '../people.ts'
import type { SessionSnapshot, TallySnapshot } from '../snapshot-types.ts'
import type { Tally } from '../tally.ts'
import { latencies } from '../totals/columns.ts'
import { FIRST, INPUT_COST, LAST, OTHER_COST, OUTPUT_COST, SUM_COUNT, type Sum } from '../totals/fields.ts'
import type { Rows } from '../totals/rows.ts'

/** A row as plain data. */
export function snapshotOf(rows: Rows, row: number): SessionSnapshot {
  const rare = rows.rare(row)
  const book = modelsOf(rows, row)
  const first = rows.wide(row, FIRST)
  const last = rows.wide(row, LAST)
  return {
    id: rows.id(row),
    times: first <= last ? [first, last] : undefined,
    sums: Array.from({ length: SUM_COUNT }, (_, sum) => rows.sum(row, sum as Sum)),
    costs: [INPUT_COST, OUTPUT_COST, OTHER_COST].map((field) => rows.wide(row, field)),
    models: book?.places().map(([model, numbers]) => [model, [...numbers]]) ?? [],
    otherModels: book?.others && [...book.others],
    users: usersOf(rows, row),
    ...labelsOf(rows, row),
    name: rare?.name,
    end: rare?.end,
    late: rare?.late ?? 0,
    events: rare?.events ?? 0,
    attachments: rare?.attachments ?? 0,
    feedback: rare?.feedback && tallySnapshot(rare.feedback),
    metrics: [...(rare?.metrics ?? [])]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, tally]) => [name, tallySnapshot(tally)]),
    moreMetrics: rare?.moreMetrics ?? false,
    traceLatency: latencies(rows, row, 'traces').entries(),
    llmCallLatency: latencies(rows, row, 'llmCalls').entries(),
  }
}

function tallySnapshot({ count, unscored, millionths, min, max }: Tally): TallySnapshot {
  const bounds = count === 0 ? {} : { min, max }
  return { count, unscored, millionths: String(millionths), ...bounds }
}
