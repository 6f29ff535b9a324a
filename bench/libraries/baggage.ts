import { context, propagation } from '@opentelemetry/api'
import { loadPeer } from '../../peers/load.ts'
import { richAttributes, SESSION_ID } from '../support/session.ts'
import type { Library, Scopes } from './library.ts'

interface Package {
  readonly BaggageSpanProcessor: new (keyPredicate: (key: string) => boolean) => object
  readonly ALLOW_ALL_BAGGAGE_KEYS: (key: string) => boolean
}

const RICH_BAGGAGE = richAttributes('metadata.').map(([key, value]): [string, string] => [key, String(value)])

const entering = <T>(entries: [string, string][], fn: () => T): T => {
  const baggage = propagation.createBaggage(
    Object.fromEntries(entries.map(([key, value]) => [key, { value }])),
  )
  return context.with(propagation.setBaggage(context.active(), baggage), fn)
}

const scopes: Scopes = {
  id: (sessionId, fn) => entering([['session.id', sessionId]], fn),
  rich: (sessionId, fn) => entering([['session.id', sessionId], ...RICH_BAGGAGE], fn),
}

export const baggage: Library = {
  scopes: async () => scopes,
  stampers: {
    'baggage-span-processor': async () => {
      const { BaggageSpanProcessor, ALLOW_ALL_BAGGAGE_KEYS } = await loadPeer<Package>(
        '@opentelemetry/baggage-span-processor',
      )
      return {
        processor: new BaggageSpanProcessor(ALLOW_ALL_BAGGAGE_KEYS),
        scopes,
        expected: (content) => ({
          'session.id': SESSION_ID,
          ...(content === 'rich' ? Object.fromEntries(RICH_BAGGAGE) : {}),
        }),
      }
    },
  },
}
