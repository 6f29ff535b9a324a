/** The ID that is stamped, of the length of a UUID. */
export const SESSION_ID = '0192f5e8-6b1c-7c3a-8f21-3d5e7a9b1c2d'

/** A session with all that is stamped. */
export const RICH_SESSION = {
  sessionId: SESSION_ID,
  userId: 'user_8471',
  metadata: { tenant: 'acme', plan: 'pro', release: 42 },
  tags: ['beta', 'eu'],
}

/** The same for the floor: each metadata key an attribute, as peers write it. */
export const RICH_ENTRIES: readonly [string, unknown][] = [
  ['session.id', RICH_SESSION.sessionId],
  ['user.id', RICH_SESSION.userId],
  ['metadata.tenant', RICH_SESSION.metadata.tenant],
  ['metadata.plan', RICH_SESSION.metadata.plan],
  ['metadata.release', RICH_SESSION.metadata.release],
  ['tag.tags', RICH_SESSION.tags],
]

/** Many valid IDs, so that no cache of the last one helps. */
export const MANY_IDS = Array.from({ length: 256 }, (_, index) => SESSION_ID.slice(0, -3) + (index + 100))
