/** Prints the rows of a module as JSON, on its last line: `node list-rows.ts MODULE`. */
import type { Row } from './row.ts'

const { rows } = (await import(process.argv[2] ?? '')) as { rows: readonly Row[] }
console.log(
  JSON.stringify(
    rows.map(({ name, library, backfill, differing }) => ({ name, library, backfill, differing })),
  ),
)
process.exit()
