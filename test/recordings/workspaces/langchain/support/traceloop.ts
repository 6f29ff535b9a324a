import * as callbackManagerModule from '@langchain/core/callbacks/manager'
import { LangChainInstrumentation } from '@traceloop/instrumentation-langchain'
import type { Family } from '../../../program.ts'
import { holdByChain } from './chain.ts'
import type { Provider } from './provider.ts'

/** A family under Traceloop's instrumentation of LangChain. */
export function traceloopFamily(name: string, provider: Provider): Family {
  const instrumentation = new LangChainInstrumentation()
  return {
    name,
    libraries: ['@langchain/core', ...provider.libraries, '@traceloop/instrumentation-langchain'],
    instrumentations: () => [instrumentation],
    start: async () => instrumentation.manuallyInstrument({ callbackManagerModule }),
    run: (run) => holdByChain(provider, run),
    cannot: provider.cannot,
  }
}
