/**
 * `npx -y pnpm@12.21.0 test:real phoenix`: a real Phoenix, installed from PyPI into a folder of the user's, fed by the
 * examples and the demo's application over protobuf, which is all that it takes. Its REST API says which session
 * each span has, and which traces each session has.
 *
 * `--require` makes it fail where there is no Python; else it says so and skips.
 */
import { isDeepStrictEqual } from 'node:util'
import { Processes } from '../../demo/support/processes.ts'
import { compareSessions } from './compare.ts'
import { demoFeed } from './feeds/demo.ts'
import { exampleFeeds } from './feeds/examples.ts'
import type { FeedResult } from './feeds/feed.ts'
import { installPhoenix, NoPython, PHOENIX_VERSION } from './phoenix/install.ts'
import { type Phoenix, startPhoenix } from './phoenix/start.ts'

const WAIT_MILLIS = 30_000

try {
  const python = await installPhoenix(console.log)
  const processes = new Processes()
  const phoenix = await startPhoenix(python)
  try {
    console.log(`Phoenix ${PHOENIX_VERSION} is up`)
    const model = await processes.start('model.ts').receive<number>('listening')
    for (const feed of [...exampleFeeds(`http://127.0.0.1:${model}/v1`), demoFeed]) {
      const problems = await check(phoenix, await feed.run('proto', phoenix.url), feed.name)
      for (const problem of problems) console.error(`${feed.name}: ${problem}`)
      if (problems.length > 0) process.exitCode = 1
    }
  } finally {
    await processes.stop()
    await phoenix.stop()
  }
} catch (error) {
  if (error instanceof NoPython)
    console.error(`NOT RUN: nothing was sent to a real Phoenix. ${error.message}`)
  else console.error(error)
  process.exitCode = error instanceof NoPython && !process.argv.includes('--require') ? 0 : 1
}

async function check(phoenix: Phoenix, sent: FeedResult, name: string): Promise<string[]> {
  const traces = new Set(sent.spans.map(({ traceId }) => traceId))
  const shown = await phoenix.spans(traces, sent.spans.length, WAIT_MILLIS)
  const { right, problems } = compareSessions(sent.spans, shown, sent.expect)
  const wanted: Record<string, string[]> = {}
  for (const { traceId, session } of shown) {
    if (session !== undefined) wanted[session] = [...new Set([...(wanted[session] ?? []), traceId])].sort()
  }
  const listed = await phoenix.sessions(traces)
  console.log(
    `${name}: ${sent.spans.length} spans sent, ${shown.length} shown, ${right} with the right session; ` +
      `${Object.keys(listed).length} sessions listed`,
  )
  if (sent.spans.length === 0) problems.push('no span was sent')
  return isDeepStrictEqual(listed, wanted)
    ? problems
    : [...problems, `sessions listed are ${JSON.stringify(listed)}, not ${JSON.stringify(wanted)}`]
}
