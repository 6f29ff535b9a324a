/** The ID that is stamped, of the length of a UUID. */
export const SESSION_ID = '0192f5e8-6b1c-7c3a-8f21-3d5e7a9b1c2d'

/** How much a scope says: nothing (there is none), the ID, or all that is stamped. */
export type Content = 'none' | 'id' | 'rich'

const USER_ID = 'user_8471'
const TAGS = ['beta', 'eu']

/** What a rich scope says beside the ID. Strings, because not every library takes another type. */
export const RICH = {
  userId: USER_ID,
  metadata: { tenant: 'acme', plan: 'pro', release: '42' },
  tags: TAGS,
} as const

/** The same as attributes, each metadata key one of its own, under a prefix that each library chooses. */
export const richAttributes = (metadataPrefix: string): [string, string | string[]][] => [
  ['user.id', USER_ID],
  ...Object.entries(RICH.metadata).map(([key, value]): [string, string] => [metadataPrefix + key, value]),
  ['tag.tags', TAGS],
]

/** Many valid IDs, so that no cache of the last one helps. */
export const MANY_IDS = Array.from({ length: 256 }, (_, index) => SESSION_ID.slice(0, -3) + (index + 100))
