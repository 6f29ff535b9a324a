/**
 * LangChain's callbacks keep the context of the run that caused them.
 *
 * LangChain runs callbacks in a queue in the background. The queue starts a waiting callback in the context of the one
 * before it, so a span that an instrumentation makes there may start in the scope of another request.
 *
 * - `bind-queues.ts`: the cure, which finds LangChain's queues and binds their jobs to the context of who adds them
 * - `bind-handlers.ts`: the same for bundled applications, where the queue cannot be found: it binds the handlers
 * - `watch-spans.ts`: which spans are LangChain's, and may be another request's; `other-session.ts`: what happens then
 * - `node.ts`, `none.ts`: what `SessionSpanProcessor` does by itself, depending on the platform
 *
 * @module
 */
import { bindHandlers, type LangChainCallbacks } from './bind-handlers.ts'
import { bindQueueOfCaller, bindQueues, type LangChainCaller } from './bind-queues.ts'
import { watchLangChain } from './watch-spans.ts'

export type { LangChainCallbacks } from './bind-handlers.ts'
export type { LangChainCaller } from './bind-queues.ts'

/** What `keepSessionInLangChain` reached. If it is `{ queues: 0, handlers: false }`, it has no effect. */
export interface LangChainReach {
  /** How many copies of LangChain's queue are bound. Several copies of LangChain often share one. */
  readonly queues: number
  /** Whether LangChain's callback handlers run in the context of the run that calls them. */
  readonly handlers: boolean
}

/**
 * Makes LangChain's callbacks keep the context of the run that caused them. Without it, spans of LangChain may have the
 * session of another request that runs at the same time or ran just before.
 *
 * `SessionSpanProcessor` does the same by itself when it is constructed: for the LangChain that the main script or the
 * working directory can resolve, for copies that are loaded, and on Node for those that are loaded later. Call this
 * function yourself, before the first run, if the problem `langchain:background-callbacks` is counted.
 *
 * It binds the jobs of LangChain's own queue to the context of the code that adds them, and costs no latency. Its only
 * effect is on the context. An application's own `p-queue` of version 6 is bound as well.
 *
 * In a bundle the queue is out of reach. Pass `@langchain/core/callbacks/manager` there, which binds the callbacks of
 * every handler. If a model has a `maxConcurrency`, pass `@langchain/core/utils/async_caller` too: its requests wait in
 * a queue of their own.
 *
 * Calling it again changes nothing, except that it reaches what was loaded meanwhile. Never throws.
 *
 * @param modules in a bundled application, LangChain's modules
 * @returns what was reached, now or before
 * @example keepSessionInLangChain()
 * @example
 * import * as callbacks from '@langchain/core/callbacks/manager'
 * import * as caller from '@langchain/core/utils/async_caller'
 * keepSessionInLangChain(callbacks, caller) // in a bundle
 */
export function keepSessionInLangChain(
  ...modules: readonly (LangChainCallbacks | LangChainCaller)[]
): LangChainReach {
  watchLangChain()
  let handlers = bindHandlers(undefined)
  for (const module of modules as readonly (Partial<LangChainCallbacks & LangChainCaller> | undefined)[]) {
    bindQueueOfCaller(module?.AsyncCaller)
    handlers = bindHandlers(module?.CallbackManager)
  }
  return { queues: bindQueues(), handlers }
}
