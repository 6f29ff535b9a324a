// What totals cost: nanoseconds a span and bytes a session, beside a Map of objects, alone and used as an LRU, which
// read the same spans with the same `readSpanUsage`. `node bench/analytics.ts --quick` for a look. No timing is a test.
import { cpus } from 'node:os'
import { bytesASession } from './analytics/memory.ts'
import { bounded, hotSessions, manySessions, type Speed } from './analytics/speed.ts'
import { naive, ours } from './analytics/stores.ts'

const quick = process.argv.includes('--quick')
const rounds = quick ? 40 : 200
const sessions = quick ? 100_000 : 1_000_000
const count = sessions.toLocaleString('en')

function print({ title, rows }: Speed): void {
  const [first] = rows
  console.log(`\n${title}: ns a span`)
  for (const { name, p10, median } of rows) {
    const ratio = first === undefined ? Number.NaN : median / first.median
    console.log(
      `  ${name.padEnd(20)} p10 ${p10.toFixed(0).padStart(5)}   median ${median.toFixed(0).padStart(5)}   × ${ratio.toFixed(2)}`,
    )
  }
}

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${rounds} rounds, interleaved`)
print(await hotSessions(rounds))
print(await bounded(sessions, rounds))
for (const turns of [1, 3]) {
  console.log(
    `\nbytes a session, ${count} sessions of ${turns} turn${turns > 1 ? 's' : ''} of 4 spans, one model, one of 1,000 users, one environment`,
  )
  for (const [name, make] of [
    ['ours', () => ours(sessions + 10)],
    ['Map of objects', naive],
  ] as const) {
    const { without, withId } = await bytesASession(make, sessions, turns)
    console.log(
      `  ${name.padEnd(20)} ${without.toFixed(0).padStart(4)}   with its ID of 36 characters ${withId.toFixed(0).padStart(4)}`,
    )
  }
}
print(await manySessions(sessions, rounds))
