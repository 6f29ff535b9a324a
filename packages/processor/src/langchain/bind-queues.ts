import { context, createContextKey } from '@opentelemetry/api'
import { builtinModule } from '../platform.ts'

/**
 * Marks a queue that is bound, for all copies of this package; and, in a context, a job of such a queue, whose context
 * is therefore right.
 */
export const KEPT: symbol = createContextKey('otel-sessions.langchain')

/** The module `@langchain/core/utils/async_caller`, or what it exports under this name. */
export interface LangChainCaller {
  /** LangChain's class, by which a model makes its requests, in a queue if it has a `maxConcurrency`. */
  readonly AsyncCaller: new (
    options: Record<string, never>,
  ) => object
}

interface Queue {
  add(job: unknown, ...options: unknown[]): unknown
  [KEPT]?: true
}

/** Of Node's CommonJS loader: loads a module as a file would, and knows what is loaded, by path. */
interface Require {
  (name: string): unknown
  resolve(name: string): string
  readonly cache: Readonly<Record<string, Module | undefined>>
}

interface Module {
  readonly exports: unknown
}

interface NodeModule {
  createRequire(from: string): Require
  /** How files are loaded, by the ends of their names. */
  readonly _extensions: { '.js': (module: Module, path: string, ...rest: unknown[]) => void }
}

// LangChain imports it as CommonJS in both of its builds, so that it has one instance.
const QUEUE_FILE = /[\\/]p-queue[\\/]dist[\\/]index\.js$/

let isBound = false

/** Whether a queue was found and bound, by now. */
export const isQueueBound = (): boolean => isBound

/** Those that no loader knows, because they are in a bundle. */
const ofCallers = new Set<Queue>()

/**
 * Binds the jobs of LangChain's queues to the context of the code that adds them: the queue of the LangChain that the
 * main script or the working directory resolves, and every one that is loaded.
 *
 * @returns how many queues are bound. Never throws
 */
export function bindQueues(): number {
  const bound = new Set<Queue | undefined>(ofCallers)
  try {
    const { createRequire } = nodeModule()
    const { process } = globalThis as unknown as { process: { argv: [string, string]; cwd(): string } }
    const here = `${process.cwd()}/`
    for (const from of [process.argv[1], here]) {
      try {
        const langchain = createRequire(from).resolve('@langchain/core/callbacks/promises')
        bound.add(bindModule(createRequire(langchain)('p-queue')))
      } catch {
        // LangChain is not installed there.
      }
    }
    const { cache } = createRequire(here)
    for (const path in cache) if (QUEUE_FILE.test(path)) bound.add(bindModule(cache[path]?.exports))
  } catch {
    // Not Node, Bun or Deno.
  }
  bound.delete(undefined)
  return bound.size
}

/**
 * Binds every queue that is loaded from now on: of a LangChain that is imported lazily, or of a second copy. Node's
 * loader calls the function for a file's kind for `require` and for `import` alike, and once for each file. Never throws.
 */
export function bindLaterQueues(): void {
  try {
    const { _extensions } = nodeModule()
    const load = _extensions['.js']
    _extensions['.js'] = function (module, path, ...rest) {
      load.call(this, module, path, ...rest)
      if (QUEUE_FILE.test(path)) bindModule(module.exports)
    }
  } catch {
    // Not Node.
  }
}

/**
 * Binds the class of the queue that LangChain's `AsyncCaller` makes, which in a bundle is the class of all its queues.
 * Never throws.
 */
export function bindQueueOfCaller(AsyncCaller: unknown): void {
  try {
    if (typeof AsyncCaller !== 'function') return
    const { queue } = new (AsyncCaller as new (options: object) => { queue: object })({})
    ofCallers.add(bindQueue(Object.getPrototypeOf(queue)))
  } catch {
    // Another class.
  }
}

const nodeModule = () => builtinModule('node:module') as NodeModule

/** Binds the queue that a module exports, unless it is another module. */
function bindModule(exports: unknown): Queue | undefined {
  try {
    return bindQueue((exports as { default: { prototype: Queue } }).default.prototype)
  } catch {
    // Another module, or one that is half loaded.
    return undefined
  }
}

/** `addAll` calls `add`, so all jobs are bound. Throws if the queue is another one. */
function bindQueue(queue: Queue): Queue {
  const { add } = queue
  if (typeof add !== 'function') throw new TypeError('no queue')
  if (!Object.hasOwn(queue, KEPT)) {
    queue.add = function (job, ...options) {
      return add.call(this, typeof job === 'function' ? bind(job as Job) : job, ...options)
    }
    Object.defineProperty(queue, KEPT, { value: true })
  }
  isBound = true
  return queue
}

type Job = (...args: unknown[]) => unknown

function bind(job: Job): Job {
  const caller = context.active().setValue(KEPT, true)
  return (...args) => context.with(caller, job, undefined, ...args)
}
