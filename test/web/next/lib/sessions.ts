import { cookies } from 'next/headers'
import { sessions } from 'otel-sessions/next'

/** Stands for the login: the user that a token belongs to. */
const users = new Map([
  ['token-a', 'user_a'],
  ['token-b', 'user_b'],
])

/** The user who is logged in, or undefined. */
export async function currentUser(): Promise<string | undefined> {
  return users.get((await cookies()).get('token')?.value ?? '')
}

export const { handler, action, component } = sessions({
  session: async () => {
    const userId = await currentUser()
    return userId === undefined ? null : { sessionId: `${userId}_conv`, userId }
  },
})
