/**
 * `npx -y pnpm@12.21.0 test:real collector`: sends the examples, the demo's application and edge cases to a real
 * OpenTelemetry Collector, over JSON and over protobuf, and checks its output span by span. It also checks the output
 * of the gateway of `examples/collector`, and that the check fails without each of its parts.
 *
 * Without Go the collector cannot be built, and the test is skipped with a message; with `--require` it fails.
 */
import { Processes } from '../../demo/support/processes.ts'
import { buildCollector, NoGo } from './collector/build.ts'
import { COLLECTOR_VERSION } from './collector/manifest.ts'
import { demoFeed } from './feeds/demo.ts'
import { edgeFeeds, withoutValidation } from './feeds/edge.ts'
import { exampleFeeds } from './feeds/examples.ts'
import type { ExporterKind } from './feeds/feed.ts'
import { checkExample } from './gateway/example.ts'
import { type Outcome, observe } from './observe.ts'
import { findProblems, table } from './report.ts'

const log = (line: string) => console.log(line)

try {
  const binary = await buildCollector(log)
  log(`OpenTelemetry Collector ${COLLECTOR_VERSION}: ${binary}`)
  const outcomes = await observeAll(binary)
  for (const line of table(outcomes)) log(line)
  const problems = [...findProblems(outcomes), ...(await checkExample(binary, log))]
  for (const problem of problems) console.error(problem)
  process.exitCode = problems.length === 0 ? 0 : 1
} catch (error) {
  const skips = error instanceof NoGo && !process.argv.includes('--require')
  if (error instanceof NoGo) {
    console.error(`NOT RUN: no real collector was tested. ${error.message}`)
  } else {
    console.error(error)
  }
  process.exitCode = skips ? 0 : 1
}

async function observeAll(binary: string): Promise<Outcome[]> {
  const processes = new Processes()
  const outcomes: Outcome[] = []
  try {
    const model = await processes.start('model.ts').receive<number>('listening')
    const feeds = [...exampleFeeds(`http://127.0.0.1:${model}/v1`), demoFeed, ...edgeFeeds, withoutValidation]
    for (const feed of feeds) {
      for (const exporter of ['http', 'proto'] satisfies ExporterKind[]) {
        outcomes.push(await observe(binary, feed, exporter, feed === withoutValidation))
      }
    }
    return outcomes
  } finally {
    await processes.stop()
  }
}
