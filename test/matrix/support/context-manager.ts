import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'

// Imported for its side effect: once per process, as in an application.
if (!context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())) {
  throw new Error('the context manager is not registered')
}
