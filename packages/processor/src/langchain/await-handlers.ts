import { processState } from '@otel-sessions/semconv/internal'
import { KEPT } from './bind-queues.ts'

/** The module `@langchain/core/callbacks/manager`, or what it exports under this name. */
export interface LangChainCallbacks {
  /** LangChain's class, which every run asks for its handlers. */
  readonly CallbackManager: object
}

interface Handler {
  readonly name?: unknown
  awaitHandlers?: boolean
}

interface Manager {
  readonly handlers?: readonly Handler[]
}

interface ManagerClass {
  _configureSync?: (...args: unknown[]) => Manager | undefined
}

/** The handlers that make spans, by the names that OpenInference and Traceloop give them. */
const HANDLERS = new Set<unknown>(['OpenInferenceLangChainTracer', 'traceloop_callback_handler'])

const COUNTER = 'langchain'

/** Whether `keepSessionInLangChain` was given a class of LangChain's in this process. */
export const areHandlersAwaited = (): boolean => processState().counters.has(COUNTER)

/**
 * Makes every run wait for its handlers that make spans, so that they run in its context. Other handlers stay in the
 * background. Instrumentations add theirs in the same method, before or after this.
 *
 * @returns whether a class was given, now or before. Never throws
 */
export function awaitHandlers(callbacks: LangChainCallbacks | undefined): boolean {
  try {
    const manager = callbacks?.CallbackManager as ManagerClass | undefined
    const configure = manager?._configureSync
    if (typeof configure !== 'function' || manager === undefined) return areHandlersAwaited()
    if (!Object.hasOwn(manager, KEPT)) {
      manager._configureSync = function (...args) {
        const configured = configure.apply(this, args)
        for (const handler of configured?.handlers ?? []) {
          if (HANDLERS.has(handler.name)) handler.awaitHandlers = true
        }
        return configured
      }
      Object.defineProperty(manager, KEPT, { value: true })
    }
    processState().counters.set(COUNTER, true)
  } catch {
    // A frozen class.
  }
  return areHandlersAwaited()
}
