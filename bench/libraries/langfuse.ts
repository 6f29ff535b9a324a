import type { Context } from '@opentelemetry/api'
import { loadPeer } from '../../peers/load.ts'
import { type Content, RICH, SESSION_ID } from '../support/session.ts'
import { discarding, type Library, NoopProcessor, type Scopes, type Stampable } from './library.ts'

interface Core {
  propagateAttributes<T>(attributes: object, fn: () => T): T
}

interface Processor extends NoopProcessor {
  readonly spanExportExpectationById: Map<string, boolean>
}

interface Otel {
  readonly LangfuseSpanProcessor: new (options: object) => Processor
}

/** Runs only `onStart`, and at the end only the clean-up that keeps its map from growing. */
class OnStartOnly extends NoopProcessor {
  readonly #processor: Processor

  constructor(processor: Processor) {
    super()
    this.#processor = processor
  }

  override onStart(span: Stampable, parent: Context): void {
    this.#processor.onStart(span, parent)
  }

  override onEnd(span: Stampable): void {
    this.#processor.spanExportExpectationById.delete(span.spanContext().spanId)
  }
}

const { userId, metadata, tags } = RICH
const prefixed = Object.entries(metadata).map(([key, value]) => [`langfuse.trace.metadata.${key}`, value])
const richly = { 'user.id': userId, 'langfuse.trace.tags': tags, ...Object.fromEntries(prefixed) }
const expected = (content: Content) => ({ 'session.id': SESSION_ID, ...(content === 'rich' ? richly : {}) })

async function scopes(): Promise<Scopes> {
  const { propagateAttributes } = await loadPeer<Core>('@langfuse/core')
  return {
    id: (sessionId, fn) => propagateAttributes({ sessionId }, fn),
    rich: (sessionId, fn) => propagateAttributes({ sessionId, userId, metadata, tags: [...tags] }, fn),
  }
}

async function processorFor(exporter: object): Promise<Processor> {
  const { LangfuseSpanProcessor } = await loadPeer<Otel>('@langfuse/otel')
  // The keys are not used, because the exporter is ours. Without them it warns.
  return new LangfuseSpanProcessor({ exporter, publicKey: 'none', secretKey: 'none' })
}

export const langfuse: Library = {
  scopes,
  stampers: {
    'Langfuse, onStart only': async () => {
      const processor = new OnStartOnly(await processorFor(discarding().exporter))
      return { processor, scopes: await scopes(), expected }
    },
    'Langfuse, full': async () => {
      const { exporter, last } = discarding()
      return { processor: await processorFor(exporter), scopes: await scopes(), expected, exported: last }
    },
  },
}
