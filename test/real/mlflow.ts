/**
 * `npx -y pnpm@12.21.0 test:real mlflow`: sends the examples, the demo's application and sessions with user IDs to a
 * real MLflow, installed from PyPI, over JSON and over protobuf, and checks each trace's session and user through its
 * REST API.
 *
 * Without Python the test is skipped with a message; with `--require` it fails.
 */
import { compareSessions } from './compare.ts'
import { checkConversations } from './conversations.ts'
import { demoFeed } from './feeds/demo.ts'
import { exampleFeeds } from './feeds/examples.ts'
import { EXPORTERS, type ExporterKind, type FeedResult } from './feeds/feed.ts'
import { usersFeed } from './feeds/users.ts'
import { groupBy } from './group.ts'
import { MLFLOW } from './mlflow/install.ts'
import { type ShownTrace, startMLflow } from './mlflow/start.ts'
import { runPythonServer } from './python/run.ts'

await runPythonServer(MLFLOW, startMLflow, async (mlflow, modelUrl) => {
  const problems: string[] = []
  for (const feed of [...exampleFeeds(modelUrl), demoFeed, usersFeed]) {
    for (const exporter of ['http', 'proto'] satisfies ExporterKind[]) {
      const name = `${feed.name}, ${EXPORTERS[exporter].name}`
      const experiment = await mlflow.createExperiment(name)
      const sent = await feed.run(exporter, mlflow.url, `x-mlflow-experiment-id=${experiment}`)
      const found = check(sent, await mlflow.traces(experiment), name)
      problems.push(...found.map((problem) => `${name}: ${problem}`))
    }
  }
  return problems
})

function check(sent: FeedResult, shown: ShownTrace[], name: string): string[] {
  const spans = shown.flatMap((trace) => trace.spans)
  const { right, problems } = compareSessions(sent.spans, spans, sent.expect)
  const traces = compareTraces(sent, shown)
  console.log(
    `${name}: ${sent.spans.length} spans sent, ${spans.length} shown, ${right} with the right session; ` +
      `${traces.right} of ${traces.sent} traces with the right session and user ` +
      `(${shown.filter(({ session }) => session).length} have a session, ${shown.filter(({ user }) => user).length} a user)`,
  )
  problems.push(...traces.problems)
  if (sent.spans.length === 0) problems.push('no span was sent')
  if (sent.conversations) {
    const listed: Record<string, string[]> = {}
    for (const { traceId, session } of shown) {
      if (session !== undefined) listed[session] = [...(listed[session] ?? []), traceId]
    }
    const { line, problems: more } = checkConversations(listed, sent.conversations)
    console.log(`${name}: ${line}`)
    problems.push(...more)
  }
  return problems
}

/** The session and user of a trace, on which its spans agree. */
function compareTraces({ spans, expect }: FeedResult, shown: readonly ShownTrace[]) {
  const problems: string[] = []
  let right = 0
  const sent = groupBy(spans, ({ traceId }) => traceId)
  for (const [traceId, own] of sent) {
    const trace = shown.find((one) => one.traceId === traceId)
    if (trace === undefined) {
      problems.push(`trace ${traceId} is missing`)
      continue
    }
    const session = onlyOne(trace.spans.map((span) => span.session))
    const user = onlyOne(own.map((span) => ({ ...span.attributes, ...expect(span).attributes })['user.id']))
    const wrong = [
      ['session', trace.session, session],
      ['user', trace.user, user],
    ].filter(([, is, wanted]) => is !== wanted)
    if (wrong.length === 0) right++
    for (const [what, is, wanted] of wrong) {
      problems.push(`trace ${traceId} has ${what} ${is ?? 'none'}, not ${wanted ?? 'none'}`)
    }
  }
  return { sent: sent.size, right, problems }
}

function onlyOne(values: readonly unknown[]): unknown {
  const [value, ...others] = new Set(values.filter((one) => one !== undefined))
  return others.length === 0 ? value : 'one of several'
}
