import { type Context, context, type Tracer } from '@opentelemetry/api'
import { loadPeer } from '../../peers/load.ts'
import { type Content, RICH, SESSION_ID } from '../support/session.ts'
import { type Library, NoopProcessor, type Scopes, type Stampable } from './library.ts'

interface Core {
  readonly OITracer: new (options: { tracer: Tracer }) => Tracer
  getAttributesFromContext(context: Context): object
  setSession(context: Context, session: { sessionId: string }): Context
  setUser(context: Context, user: { userId: string }): Context
  setMetadata(context: Context, metadata: object): Context
  setTags(context: Context, tags: readonly string[]): Context
}

const core = () => loadPeer<Core>('@arizeai/openinference-core')
const { userId, metadata, tags } = RICH

/** Its setters are for `context.with`; it has no wrapper. */
export async function openInferenceScopes(): Promise<Scopes> {
  const { setSession, setUser, setMetadata, setTags } = await core()
  return {
    id: (sessionId, fn) => context.with(setSession(context.active(), { sessionId }), fn),
    rich: (sessionId, fn) => {
      const ofUser = setUser(setSession(context.active(), { sessionId }), { userId })
      return context.with(setTags(setMetadata(ofUser, metadata), tags), fn)
    },
  }
}

const richly = { 'user.id': userId, metadata: JSON.stringify(metadata), 'tag.tags': JSON.stringify(tags) }

/** The attributes that it stamps. */
export const openInferenceAttributes = (content: Content) => ({
  'session.id': SESSION_ID,
  ...(content === 'rich' ? richly : {}),
})

export const openInference: Library = {
  scopes: openInferenceScopes,
  stampers: {
    'OpenInference core, OITracer': async () => {
      const { OITracer } = await core()
      return {
        processor: new NoopProcessor(),
        scopes: await openInferenceScopes(),
        expected: openInferenceAttributes,
        wrapTracer: (tracer) => new OITracer({ tracer }),
      }
    },
    'OpenInference core, own processor': async () => {
      const { getAttributesFromContext } = await core()
      class Processor extends NoopProcessor {
        override onStart(span: Stampable, parent: Context): void {
          span.setAttributes(getAttributesFromContext(parent))
        }
      }
      return {
        processor: new Processor(),
        scopes: await openInferenceScopes(),
        expected: openInferenceAttributes,
      }
    },
  },
}
