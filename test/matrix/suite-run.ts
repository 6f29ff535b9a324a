import { NODES, nodeBinary } from '../../scripts/nodes.mjs'
import { run } from './command.ts'

/** The test runner's result on one Node version. */
export interface Counted {
  readonly passed: number
  readonly failed: number
  /** The output of a run with failures. */
  readonly complaint: string | undefined
}

/** Runs compiled test files with the test runner of a Node version, each in its own process. */
export async function runTests(
  folder: string,
  files: readonly string[],
  node: keyof typeof NODES,
): Promise<Counted> {
  const args = ['--test', '--test-timeout=600000', '--test-reporter=tap', ...files]
  const { ok, output } = await run(nodeBinary(NODES[node]), args, folder)
  const count = (word: string) => Number(new RegExp(`^# ${word} (\\d+)$`, 'm').exec(output)?.[1])
  const passed = count('pass')
  const all = count('tests')
  // Skipped, cancelled and uncounted tests have not passed.
  const isGood = ok && all > 0 && passed === all
  return {
    passed: passed || 0,
    failed: all - passed || 0,
    complaint: isGood ? undefined : failuresIn(output),
  }
}

/** The failures only. */
function failuresIn(output: string): string {
  const lines = output.split('\n')
  let isFailure = false
  const shown = lines.filter((line) => {
    if (/^\s*(not ok |ok .* # (SKIP|TODO))/.test(line)) isFailure = true
    const isShown = isFailure
    if (/^\s*\.\.\.$/.test(line)) isFailure = false
    return isShown
  })
  return (shown.length > 0 ? shown : lines).join('\n')
}
