// `#langchain` in package.json, on platforms with a module loader (Node, Bun, Deno), and in a bundle for them.
import { bindLaterQueues, bindQueues } from './bind-queues.ts'
import { watchLangChain } from './watch-spans.ts'

// Scopes are entered before a processor is constructed.
watchLangChain()

let hasBound = false

/**
 * Binds LangChain's queues before their first use, also those that are loaded later. Called when a processor is
 * constructed, because a span is too late: the first requests are then in the queue already. It is safe there, because
 * it changes nothing but the context.
 */
export function bindInstalledQueues(): void {
  if (hasBound) return
  hasBound = true
  bindQueues()
  bindLaterQueues()
}
