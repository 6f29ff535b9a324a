import { redirect } from 'next/navigation'
import { sessions } from 'otel-sessions/next'
import { currentUser } from '../../lib/sessions'

/** As in many applications, the function that reads the user redirects, if there is none. */
const { component } = sessions({
  session: async () => {
    const userId = (await currentUser()) ?? redirect('/login')
    return { sessionId: `${userId}_conv`, userId }
  },
})

export default component(() => <p>private</p>)
