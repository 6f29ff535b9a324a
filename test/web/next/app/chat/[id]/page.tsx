import { send } from '../../../lib/actions'
import { meet, work } from '../../../lib/chat'
import { component, currentUser } from '../../../lib/sessions'

/** It is not wrapped: React renders it after the page has returned. */
async function Answer({ user }: { user: string }) {
  await work(user, 'answer')
  return <p>answer for {user}</p>
}

export default component(async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  const user = String(await currentUser())
  await work(user, 'look up')
  await meet(user, `page-${id}`)
  return (
    <form action={send}>
      <Answer user={user} />
      <input name="text" defaultValue="hello" />
    </form>
  )
})
