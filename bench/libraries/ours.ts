import { SessionSpanProcessor, usingSession } from '@otel-sessions/processor'
import { RICH, SESSION_ID } from '../support/session.ts'
import type { Library, Scopes } from './library.ts'

const { userId, metadata, tags } = RICH

const scopes: Scopes = {
  id: (sessionId, fn) => usingSession(sessionId, fn),
  rich: (sessionId, fn) => usingSession({ sessionId, userId, metadata, tags }, fn),
}

const richly = { 'user.id': userId, metadata: JSON.stringify(metadata), 'tag.tags': tags }

export const ours: Library = {
  scopes: async () => scopes,
  stampers: {
    'otel-sessions': async () => ({
      processor: new SessionSpanProcessor(),
      scopes,
      expected: (content) => ({ 'session.id': SESSION_ID, ...(content === 'rich' ? richly : {}) }),
    }),
  },
}
