import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'

// Imported for its effect: once in a process, as an application does it.
if (!context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())) {
  throw new Error('the context manager is not registered')
}
