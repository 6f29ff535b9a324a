import { builtinModule } from '../../platform.ts'

/** The part of the process that is used. */
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

/** The process of Node, Bun or Deno; undefined where there are no signals. */
export function signalProcess(): SignalProcess | undefined {
  // A worker thread gets no signals.
  const threads = builtinModule('node:worker_threads') as { isMainThread?: boolean } | undefined
  if (threads?.isMainThread === false) return undefined
  const { process } = globalThis as { process?: Partial<SignalProcess> }
  return METHODS.every((method) => typeof process?.[method] === 'function')
    ? (process as SignalProcess)
    : undefined
}

/** Marks listeners of this package, those of other copies too. Each copy ends its own sessions. */
const OURS: unique symbol = Symbol.for('otel-sessions.signal-listener') as never

/** Marks a listener as one of this package. */
export function markOurs(listener: () => void): () => void {
  return Object.assign(listener, { [OURS]: true })
}

/**
 * Whether the application listens to a signal, so that the process would not have ended. Copies of this package do not
 * count. Neither does `signal-exit`, which many command line tools contain: it lets the process end when all other
 * listeners are gone, so each would wait for the other.
 */
export function othersListen(process: SignalProcess, signal: string): boolean {
  const others = process.rawListeners(signal).filter((listener) => !isOurs(listener))
  return others.length > signalExitCount(process)
}

const isOurs = (listener: unknown) => (listener as { [OURS]?: true })[OURS] === true

/** Whether another copy of this package still flushes. The last copy to finish sends the signal again. */
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
