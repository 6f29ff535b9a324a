/** Stand-ins for a login and a database: whose a token is, and whose a conversation. */

export interface UserSession {
  readonly sessionId: string
  readonly userId: string
}

const USERS = new Map([
  ['Bearer token-a', 'user_a'],
  ['Bearer token-b', 'user_b'],
])

/** Each user has two conversations, so that requests of one connection do not all have the same session. */
const OWNERS = new Map([
  ['conv_a1', 'user_a'],
  ['conv_a2', 'user_a'],
  ['conv_b1', 'user_b'],
  ['conv_b2', 'user_b'],
])

/** The attribute of a span that says whose work it is: the name of a conversation. */
export const OWNER = 'trial.owner'

/** The user who is logged in with a token. */
export const userOf = (authorization: string | null | undefined): string | undefined =>
  USERS.get(authorization ?? '')

/** The owner of a conversation, for those who judge spans. */
export const ownerOf = (conversation: string): string | undefined => OWNERS.get(conversation)

/**
 * Looks up a conversation of the user who is logged in. The client only names it: one that is another user's is not found.
 * The database is asked over HTTP, so this makes a span before the session is known.
 */
export async function findSession(
  authorization: string | null | undefined,
  conversation: string | undefined,
): Promise<UserSession | undefined> {
  const userId = userOf(authorization)
  if (userId === undefined || conversation === undefined) return undefined
  const answer = await fetch(`${process.env['WORLD_URL']}/conversations/${conversation}`)
  await answer.text()
  return OWNERS.get(conversation) === userId ? { sessionId: conversation, userId } : undefined
}
