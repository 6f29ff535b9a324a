import { context, createContextKey } from '@opentelemetry/api'
import { builtinModule } from '../platform.ts'

/**
 * Marks a queue that is bound, for all copies of this package; and, in a context, a job of such a queue, whose context
 * is therefore right.
 */
export const KEPT: symbol = createContextKey('otel-sessions.langchain')

interface Queue {
  add(job: unknown, ...options: unknown[]): unknown
  [KEPT]?: true
}

/** Of Node's CommonJS loader: loads a module as a file would, and knows what is loaded, by path. */
interface Require {
  (name: string): unknown
  resolve(name: string): string
  readonly cache: Readonly<Record<string, { readonly exports: unknown } | undefined>>
}

// LangChain imports it as CommonJS in both of its builds, so that it has one instance.
const QUEUE_FILE = /[\\/]p-queue[\\/]dist[\\/]index\.js$/

let isBound = false

/** Whether a queue was found and bound, by now. */
export const isQueueBound = (): boolean => isBound

/**
 * Binds the jobs of LangChain's queues to the context of the code that adds them: the queue of the LangChain that the
 * main script or the working directory resolves, and then every one that is loaded.
 *
 * @param evenUnresolved whether to look at what is loaded if no LangChain is resolved
 * @returns how many queues are bound. Never throws
 */
export function bindQueues(evenUnresolved = true): number {
  const bound = new Set<Queue>()
  try {
    const { createRequire } = builtinModule('node:module') as { createRequire(from: string): Require }
    const { process } = globalThis as unknown as { process: { argv: [string, string]; cwd(): string } }
    const here = `${process.cwd()}/`
    for (const from of [process.argv[1], here]) {
      try {
        const langchain = createRequire(from).resolve('@langchain/core/callbacks/promises')
        bound.add(bindQueue(createRequire(langchain)('p-queue')))
      } catch {
        // LangChain is not installed there.
      }
    }
    if (evenUnresolved || bound.size > 0) {
      const { cache } = createRequire(here)
      for (const path in cache) if (QUEUE_FILE.test(path)) bound.add(bindQueue(cache[path]?.exports))
    }
  } catch {
    // Not Node, Bun or Deno; or a module that is half loaded.
  }
  isBound ||= bound.size > 0
  return bound.size
}

/** `addAll` calls `add`, so all jobs are bound. Throws if the module is another one. */
function bindQueue(module: unknown): Queue {
  const queue = (module as { default: { prototype: Queue } }).default.prototype
  const { add } = queue
  if (!Object.hasOwn(queue, KEPT)) {
    queue.add = function (job, ...options) {
      return add.call(this, typeof job === 'function' ? bind(job as Job) : job, ...options)
    }
    Object.defineProperty(queue, KEPT, { value: true })
  }
  return queue
}

type Job = (...args: unknown[]) => unknown

function bind(job: Job): Job {
  const caller = context.active().setValue(KEPT, true)
  return (...args) => context.with(caller, job, undefined, ...args)
}
