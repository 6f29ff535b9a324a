import type { NextRequest } from 'next/server'
import { after } from 'next/server'
import { meet, stream, work } from '../../../lib/chat'
import { currentUser, handler } from '../../../lib/sessions'

export const POST = handler(async (request: NextRequest) => {
  const user = String(await currentUser())
  if (request.nextUrl.pathname !== '/api/chat') throw new Error('the request is another one')
  await work(user, 'look up')
  await meet(user, 'handler')
  after(() => work(user, 'after the answer'))
  return new Response(stream(user))
})
