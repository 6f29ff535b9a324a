import type { NextRequest } from 'next/server'
import { meet, stream, work } from '../../../lib/chat'
import { currentUser, handler } from '../../../lib/sessions'

export const runtime = 'edge'

export const POST = handler(async (_request: NextRequest) => {
  const user = String(await currentUser())
  await work(user, 'look up')
  await meet(user, 'edge')
  return new Response(stream(user))
})
