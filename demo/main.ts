/** `npx -y pnpm@12.21.0 demo`: the same conversations with usingSession, with thread_id only, with thread_id and backfill, and without our packages. */
import { introduce } from './report/introduce.ts'
import { print } from './report/print.ts'
import { runDemo } from './run.ts'

try {
  for (const line of introduce()) console.log(line)
  const result = await runDemo({ log: (line) => console.log(line) })
  for (const line of print(result)) console.log(line)
  process.exitCode = result.problems.length === 0 ? 0 : 1
} catch (error) {
  console.error(`The demo failed: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
}
