/** Why something that was attached cannot be read, in words that name no path and no content. */
export class Unreadable extends Error {}

/** Why reading failed: our own words, or the code of what the platform threw, whose words may name a path. */
export function whyUnreadable(error: unknown): string {
  if (error instanceof Unreadable) return error.message
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'string' ? code : 'it throws'
}
