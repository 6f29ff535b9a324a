/** Sessions with user IDs. */
import { fileURLToPath } from 'node:url'
import { selfCheckedFeed } from './self-checked.ts'

export const usersFeed = selfCheckedFeed(
  fileURLToPath(new URL('../apps/users-app.ts', import.meta.url)),
  'named users',
  {},
)
