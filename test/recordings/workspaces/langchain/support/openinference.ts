import { LangChainInstrumentation } from '@arizeai/openinference-instrumentation-langchain'
import * as callbacks from '@langchain/core/callbacks/manager'
import type { CaseRun, Family } from '../../../program.ts'
import type { Provider } from './provider.ts'

const LIBRARY = '@arizeai/openinference-instrumentation-langchain'

/** A family under OpenInference's instrumentation of LangChain. */
export function openinferenceFamily(
  name: string,
  provider: Provider,
  hold: (provider: Provider, run: CaseRun) => Promise<void>,
  libraries: readonly string[] = [],
): Family {
  const instrumentation = new LangChainInstrumentation()
  return {
    name,
    libraries: ['@langchain/core', ...provider.libraries, ...libraries, LIBRARY],
    instrumentations: () => [instrumentation],
    start: async () => instrumentation.manuallyInstrument(callbacks),
    run: (run) => hold(provider, run),
    cannot: provider.cannot,
  }
}
