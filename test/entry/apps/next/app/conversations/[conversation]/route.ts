import { after } from 'next/server'
import { sessions } from 'otel-sessions/next'
import { bodyOf } from '../../../../../work/body.ts'
import { findSession, userOf } from '../../../../../work/users.ts'
import { getWork } from '../../../work.ts'

type Route = { params: Promise<{ conversation: string }> }

const { handler } = sessions({
  session: async (request: Request, { params }: Route) =>
    findSession(request.headers.get('authorization'), (await params).conversation),
})

export const POST = handler(async (request: Request, { params }: Route): Promise<Response> => {
  const work = getWork()
  const { conversation } = await params
  const { round } = (await request.json()) as { round: string }
  const turn = { conversation, userId: userOf(request.headers.get('authorization')) ?? '', round }
  after(() => work.audit('finish', turn))
  await work.prepare(turn)
  return new Response(bodyOf(work.answer(turn)))
})
