import type { Context } from '@opentelemetry/api'
import { loadPeer } from '../../peers/load.ts'
import { discarding, type Library, NoopProcessor, type Stampable, type Stamper } from './library.ts'
import { openInferenceAttributes as expected, openInferenceScopes as scopes } from './openinference.ts'

interface Processor extends NoopProcessor {
  aggregateManager: object
}

interface Package {
  readonly OpenInferenceBatchSpanProcessor: new (options: object) => Processor
}

/** Runs only `onStart`, without the bookkeeping that only `onEnd` would clean up. */
class OnStartOnly extends NoopProcessor {
  readonly #processor: Processor

  constructor(processor: Processor) {
    super()
    this.#processor = processor
    processor.aggregateManager = new NoopProcessor()
  }

  override onStart(span: Stampable, parent: Context): void {
    this.#processor.onStart(span, parent)
  }
}

async function processorFor(exporter: object): Promise<Processor> {
  const { OpenInferenceBatchSpanProcessor } = await loadPeer<Package>('@arizeai/openinference-vercel')
  return new OpenInferenceBatchSpanProcessor({ exporter })
}

export const openInferenceVercel: Pick<Library, 'stampers'> = {
  stampers: {
    'OpenInference vercel, onStart only': async (): Promise<Stamper> => {
      const processor = new OnStartOnly(await processorFor(discarding().exporter))
      return { processor, scopes: await scopes(), expected }
    },
    'OpenInference vercel, full': async (): Promise<Stamper> => {
      const { exporter, last } = discarding()
      return { processor: await processorFor(exporter), scopes: await scopes(), expected, exported: last }
    },
  },
}
