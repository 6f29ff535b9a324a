/** The stamped ID, as long as a UUID. */
export const SESSION_ID = '0192f5e8-6b1c-7c3a-8f21-3d5e7a9b1c2d'

/** The content of a scope: `none` (there is no scope), the ID, or everything that can be stamped. */
export type Content = 'none' | 'id' | 'rich'

const USER_ID = 'user_8471'
const TAGS = ['beta', 'eu']

/** The content of a rich scope in addition to the ID. Strings, because not every library accepts other types. */
export const RICH = {
  userId: USER_ID,
  metadata: { tenant: 'acme', plan: 'pro', release: '42' },
  tags: TAGS,
} as const

/** `RICH` as attributes, one for each metadata key, with the library's own prefix. */
export const richAttributes = (metadataPrefix: string): [string, string | string[]][] => [
  ['user.id', USER_ID],
  ...Object.entries(RICH.metadata).map(([key, value]): [string, string] => [metadataPrefix + key, value]),
  ['tag.tags', TAGS],
]

/** Many valid IDs, so that caching the last one does not help. */
export const MANY_IDS = Array.from({ length: 256 }, (_, index) => SESSION_ID.slice(0, -3) + (index + 100))
