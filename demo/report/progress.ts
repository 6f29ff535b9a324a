/** Tells how far the runs are: one line that is rewritten in a terminal, a line for each run elsewhere. */
import { CONVERSATIONS, MODES } from '../scenario.ts'
import { columnsOf, type Paint } from './paint.ts'
import type { Step } from './step.ts'

const TURNS = Math.max(...CONVERSATIONS.map(({ turns }) => turns.length))

export interface Progress {
  show(step: Step): void
  /** Removes the line that is rewritten, before something else is printed. */
  clear(): void
  /** Replaces that line by the result. */
  finish(): void
}

/** `process.stdout`, a terminal or not. */
interface Output {
  write(text: string): unknown
  isTTY?: boolean
  columns?: number
  clearLine?(direction: -1 | 0 | 1): unknown
  cursorTo?(column: number): unknown
}

export function showProgress(stream: Output, paint: Paint, verbose: boolean): Progress {
  const started = performance.now()
  const rewrites = stream.isTTY === true && !verbose
  const clear = () => {
    if (!rewrites) return
    stream.clearLine?.(0)
    stream.cursorTo?.(0)
  }
  const show = (step: Step) => {
    clear()
    if (rewrites) stream.write(drawStep(step, paint, columnsOf(stream)))
    else for (const line of describeStep(step, paint, verbose)) stream.write(`${line}\n`)
  }
  const finish = () => {
    clear()
    const seconds = Math.round((performance.now() - started) / 1000)
    if (rewrites) stream.write(`${paint.good('✓')} ${MODES.length} runs in ${seconds} s\n`)
  }
  return { show, clear, finish }
}

function drawStep(step: Step, paint: Paint, columns: number): string {
  const turns = step.type === 'start' ? 0 : step.type === 'turn' ? step.turn : TURNS
  const done = (step.run - 1) * TURNS + turns
  const all = MODES.length * TURNS
  const text = ` Run ${step.run} of ${MODES.length}: ${step.title}`.slice(0, columns - all - 1)
  return paint.good('━'.repeat(done)) + paint.dim('━'.repeat(all - done)) + text
}

function describeStep(step: Step, paint: Paint, verbose: boolean): string[] {
  const title = `Run ${step.run} of ${MODES.length}: ${step.title}`
  if (step.type === 'end') {
    if (!verbose) return [`${paint.good('✓')} ${title}`]
    return [
      paint.dim(
        `  ${(step.millis / 1000).toFixed(1)} s, ${step.spans} spans, ${step.modelRequests} model requests ` +
          `(of the guest: ${step.guestSpans} and ${step.guestRequests}), ${step.peak} at a time`,
      ),
    ]
  }
  if (!verbose) return []
  if (step.type === 'start') return [title]
  return [paint.dim(`  turn ${step.turn}: ${step.users.join(', ')} answered`)]
}
