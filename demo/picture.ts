/** `pnpm picture`: runs the demo, and draws the README's picture from what the collector received. */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { drawFiles, PICTURES } from './picture/files.ts'
import { paintFor } from './report/paint.ts'
import { showProgress } from './report/progress.ts'
import { drawProblems } from './report/summary.ts'
import { runDemo } from './run.ts'

const paint = paintFor(process.stdout)
const progress = showProgress(process.stdout, paint, false)
const result = await runDemo({ onStep: progress.show }).finally(progress.clear)
progress.finish()
if (result.problems.length > 0) {
  for (const line of drawProblems(result, paint)) console.error(line)
  process.exit(1)
}
for (const [name, content] of Object.entries(drawFiles(result))) {
  const file = new URL(name, PICTURES)
  writeFileSync(file, content)
  console.log(fileURLToPath(file))
}
