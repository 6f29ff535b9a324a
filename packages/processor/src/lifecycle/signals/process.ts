import { builtinModule } from '../platform.ts'

/** The process, by what is used of it. */
export interface SignalProcess {
  readonly pid: number
  prependListener(signal: string, listener: () => void): unknown
  removeListener(signal: string, listener: () => void): unknown
  rawListeners(signal: string): readonly unknown[]
  kill(pid: number, signal: string): unknown
  exit(code: number): unknown
}

const METHODS = [
  'prependListener',
  'removeListener',
  'rawListeners',
  'kill',
  'exit',
] satisfies (keyof SignalProcess)[]

/** The process of Node, Bun or Deno, or undefined: elsewhere there are no signals. */
export function signalProcess(): SignalProcess | undefined {
  // A worker thread hears of none.
  const threads = builtinModule('node:worker_threads') as { isMainThread?: boolean } | undefined
  if (threads?.isMainThread === false) return undefined
  const { process } = globalThis as { process?: Partial<SignalProcess> }
  return METHODS.every((method) => typeof process?.[method] === 'function')
    ? (process as SignalProcess)
    : undefined
}

/** A listener of this package: another copy of it, which keeps sessions of its own, does the same as this one. */
const OURS: unique symbol = Symbol.for('otel-sessions.signal-listener') as never

export function markOurs(listener: () => void): () => void {
  return Object.assign(listener, { [OURS]: true })
}

/**
 * Whether anybody else listens to a signal, so that it would not have ended the process. Not counted are copies of
 * this package, and `signal-exit`, which many command line tools have in them: it lets the process end once
 * all other listeners are gone, so that each would wait for the other.
 */
export function othersListen(process: SignalProcess, signal: string): boolean {
  const others = process.rawListeners(signal).filter((listener) => !isOurs(listener))
  return others.length > signalExitCount(process)
}

const isOurs = (listener: unknown) => (listener as { [OURS]?: true })[OURS] === true

/** Whether another copy of this package is at it: the last one to be done sends the signal again. */
export function copiesListen(process: SignalProcess, signal: string): boolean {
  return process.rawListeners(signal).some(isOurs)
}

function signalExitCount(process: SignalProcess): number {
  const emitters = [
    (globalThis as Record<symbol, unknown>)[Symbol.for('signal-exit emitter')],
    (process as { __signal_exit_emitter__?: unknown }).__signal_exit_emitter__,
  ]
  return emitters
    .map((emitter) => (emitter as { count?: unknown } | undefined)?.count)
    .reduce((sum: number, count) => sum + (typeof count === 'number' ? count : 0), 0)
}
