/** Users who are named beside their sessions. */
import { fileURLToPath } from 'node:url'
import { statedFeed } from './stated.ts'

export const usersFeed = statedFeed(
  fileURLToPath(new URL('../apps/users-app.ts', import.meta.url)),
  'named users',
  {},
)
