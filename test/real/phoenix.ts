/**
 * `npx -y pnpm@12.21.0 test:real phoenix`: sends the examples and the demo's application to a real Phoenix, installed
 * from PyPI, over protobuf, the only format that it accepts, and checks the session of each span and the traces of
 * each session through its REST API.
 *
 * Without Python the test is skipped with a message; with `--require` it fails.
 */
import { isDeepStrictEqual } from 'node:util'
import { compareSessions } from './compare.ts'
import { checkConversations } from './conversations.ts'
import { demoFeed } from './feeds/demo.ts'
import { exampleFeeds } from './feeds/examples.ts'
import type { FeedResult } from './feeds/feed.ts'
import { PHOENIX } from './phoenix/install.ts'
import { type Phoenix, startPhoenix } from './phoenix/start.ts'
import { runPythonServer } from './python/run.ts'

/** Far more than a slow machine needs: something is lost. */
const WAIT_MILLIS = 300_000

await runPythonServer(PHOENIX, startPhoenix, async (phoenix, modelUrl) => {
  const problems: string[] = []
  for (const feed of [...exampleFeeds(modelUrl), demoFeed]) {
    const found = await check(phoenix, await feed.run('proto', phoenix.url), feed.name)
    problems.push(...found.map((problem) => `${feed.name}: ${problem}`))
  }
  return problems
})

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
  if (!isDeepStrictEqual(listed, wanted)) {
    problems.push(`sessions listed are ${JSON.stringify(listed)}, not ${JSON.stringify(wanted)}`)
  }
  if (sent.conversations) {
    const { line, problems: more } = checkConversations(listed, sent.conversations)
    console.log(`${name}: ${line}`)
    problems.push(...more)
  }
  return problems
}
