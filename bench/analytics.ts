// Measures what totals cost: nanoseconds a span and bytes a session, compared with a Map of objects, plain and as an
// LRU, that reads the same spans with the same `readSpanUsage`. `node bench/analytics.ts --quick` gives a rough figure.
// `--before <folder of a built packages/analytics>` measures that build in the same rounds, and prints the ratio.
// `--only-hot` leaves out what takes minutes.
// Timings never fail.
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { bytesASession } from './analytics/memory.ts'
import { TURN_LENGTH } from './analytics/spans.ts'
import { bounded, hotInterleaved, hotSessions, manySessions, type Speed } from './analytics/speed.ts'
import { loadOther, naive, ours } from './analytics/stores.ts'

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: {
    quick: { type: 'boolean', default: false },
    before: { type: 'string' },
    'only-hot': { type: 'boolean', default: false },
  },
})
const { quick } = values
const before = values.before === undefined ? undefined : await loadOther(values.before)
const rounds = quick ? 40 : 200
const sessions = quick ? 100_000 : 1_000_000
const count = sessions.toLocaleString('en')

function print({ title, rows }: Speed): void {
  console.log(`\n${title}: ns a span`)
  const [first] = rows
  for (const { name, p10, median } of rows) {
    const ratios = [p10 / (first?.p10 ?? Number.NaN), median / (first?.median ?? Number.NaN)]
    console.log(
      `  ${name.padEnd(20)} p10 ${p10.toFixed(0).padStart(5)}   median ${median.toFixed(0).padStart(5)}   × ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}`,
    )
  }
}

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${rounds} rounds, interleaved`)
const hot = await hotSessions(rounds, before)
print(hot)
print(await hotInterleaved(rounds, before))
if (values['only-hot']) process.exit()
const full = await bounded(sessions, rounds, before)
print(full)
for (const name of ['ours', 'Map as LRU']) {
  const [most, least] = [full, hot].map(({ rows }) => rows.find((row) => row.name === name)?.p10)
  const more = ((most ?? Number.NaN) - (least ?? Number.NaN)) * TURN_LENGTH
  console.log(
    `  ${name}: a turn whose new session evicts another takes ${more.toFixed(0)} ns more (p10) than a hot one`,
  )
}
for (const turns of [1, 3]) {
  console.log(
    `\nbytes a session, ${count} sessions of ${turns} turn${turns > 1 ? 's' : ''} of 4 spans, one model, one of 1,000 users, one environment`,
  )
  for (const [name, make] of [
    ['ours', () => ours(sessions + 10)],
    ...(before === undefined ? [] : [['before', () => before(sessions + 10)] as const]),
    ['Map of objects', naive],
  ] as const) {
    const { without, withId } = await bytesASession(make, sessions, turns)
    console.log(
      `  ${name.padEnd(20)} ${without.toFixed(0).padStart(4)}   with its ID of 36 characters ${withId.toFixed(0).padStart(4)}`,
    )
  }
}
print(await manySessions(sessions, rounds, before))
