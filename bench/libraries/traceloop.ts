import type { Context } from '@opentelemetry/api'
import { loadPeer } from '../../peers/load.ts'
import { type Content, RICH, SESSION_ID } from '../support/session.ts'
import { discarding, type Library, NoopProcessor, type Scopes, type Stampable } from './library.ts'

interface Package {
  createSpanProcessor(options: object): NoopProcessor
  withAssociationProperties<T>(properties: Record<string, string>, fn: () => T): T
}

/** Runs only `onStart`. */
class OnStartOnly extends NoopProcessor {
  readonly #processor: NoopProcessor

  constructor(processor: NoopProcessor) {
    super()
    this.#processor = processor
  }

  override onStart(span: Stampable, parent: Context): void {
    this.#processor.onStart(span, parent)
  }
}

const traceloopPackage = () => loadPeer<Package>('@traceloop/node-server-sdk')
const properties = { user_id: RICH.userId, ...RICH.metadata, tags: RICH.tags.join(',') }

async function scopes(): Promise<Scopes> {
  const { withAssociationProperties } = await traceloopPackage()
  return {
    id: (sessionId, fn) => withAssociationProperties({ session_id: sessionId }, fn),
    rich: (sessionId, fn) => withAssociationProperties({ session_id: sessionId, ...properties }, fn),
  }
}

function expected(content: Content): Record<string, unknown> {
  const associations = { session_id: SESSION_ID, ...(content === 'rich' ? properties : {}) }
  return Object.fromEntries(
    Object.entries(associations).map(([key, value]) => [`traceloop.association.properties.${key}`, value]),
  )
}

const processorFor = async (exporter: object) =>
  (await traceloopPackage()).createSpanProcessor({ exporter, apiKey: 'none' })

export const traceloop: Library = {
  scopes,
  stampers: {
    'Traceloop, onStart only': async () => {
      const processor = new OnStartOnly(await processorFor(discarding().exporter))
      return { processor, scopes: await scopes(), expected }
    },
    'Traceloop, full': async () => {
      const { exporter, last } = discarding()
      return { processor: await processorFor(exporter), scopes: await scopes(), expected, exported: last }
    },
  },
}
