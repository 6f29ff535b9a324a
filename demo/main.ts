/** `pnpm demo`: the same conversations with usingSession, with thread_id only, with thread_id and backfill, and without our packages. */
import { parseArgs } from 'node:util'
import { describe } from './report/details.ts'
import { introduce } from './report/introduce.ts'
import { columnsOf, paintFor, wrapTo } from './report/paint.ts'
import { showProgress } from './report/progress.ts'
import { drawNext, drawProblems, summarize } from './report/summary.ts'
import { runDemo } from './run.ts'

const print = (lines: readonly string[]) =>
  void process.stdout.write(lines.map((line) => `${line}\n`).join(''))

try {
  const { values } = parseArgs({ options: { verbose: { type: 'boolean', default: false } } })
  const paint = paintFor(process.stdout)
  const progress = showProgress(process.stdout, paint, values.verbose)
  const width = columnsOf(process.stdout)
  print(wrapTo(introduce(values.verbose, paint), width))
  const result = await runDemo({ onStep: progress.show }).finally(progress.clear)
  progress.finish()
  print([
    ...summarize(result, width, paint),
    ...(values.verbose ? wrapTo(describe(result, paint), width) : []),
    ...drawNext(values.verbose, paint),
    ...drawProblems(result, paint),
  ])
  process.exitCode = result.problems.length === 0 ? 0 : 1
} catch (error) {
  console.error(`The demo failed: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
}
