'use server'

import { meet, work } from './chat'
import { action, currentUser } from './sessions'

export const send = action(async (form: FormData) => {
  const user = String(await currentUser())
  await work(user, `send ${form.get('text')}`)
  await meet(user, 'action')
})
