import { type ChildProcess, type ForkOptions, fork } from 'node:child_process'

/** Far more than a slow machine needs: something hangs. */
const DEADLINE_MILLIS = 600_000

/** Starts a program of a row. What it prints is collected, and it may send messages. */
export function startChild(
  file: string,
  args: readonly string[],
  options: ForkOptions = {},
): { readonly child: ChildProcess; readonly output: () => string } {
  const child = fork(file, args, {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    timeout: DEADLINE_MILLIS,
    ...options,
  })
  return { child, output: collectOutput(child) }
}

/** Collects what a process prints. */
export function collectOutput(child: ChildProcess): () => string {
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (output += text))
  return () => output
}

/**
 * Runs a program of a row, and returns the message that it sends.
 *
 * @throws Error with what it printed, if it ends without one
 */
export function runChild<T>(file: string, args: readonly string[], options: ForkOptions = {}): Promise<T> {
  const { child, output } = startChild(file, args, options)
  return new Promise((resolve, reject) => {
    child.on('message', (message) => resolve(message as T))
    child.on('error', reject)
    child.on('close', (code, signal) => reject(new Error(`it ended with ${signal ?? code}: ${output()}`)))
  })
}
