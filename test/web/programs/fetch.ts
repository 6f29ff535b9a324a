// A handler of the form `(request) => Response`. Each runtime has a program of its own that serves it.
import { sessions } from 'otel-sessions/fetch'
import { generatedBody, lazyBody, meet, register, sentSpans, sessionOf, work } from './chat.ts'

register()

/** What the runtime passes beside the request: bindings, or what its program passes. */
export interface Env {
  readonly prefix: string
}

/** The path is `/<prefix>/<user>/<kind>`. The user in it stands for the one who is logged in. */
const chatOf = (request: Request, { prefix }: Env) => {
  const [user = '', kind = ''] = new URL(request.url).pathname.slice(prefix.length).split('/')
  return { user, kind }
}

interface Ctx {
  waitUntil(promise: Promise<unknown>): void
}

/** Answers a request. Where the runtime has no `waitUntil`, the server waits by itself. */
async function answer(request: Request, env: Env, ctx?: Partial<Ctx>): Promise<Response> {
  const { user, kind } = chatOf(request, env)
  await work(user, `look up for ${kind}`)
  await meet(kind)
  switch (kind) {
    case 'text':
      return new Response(`text for ${user}`)
    case 'json':
      return Response.json(`json for ${user}`)
    case 'stream':
      return new Response(lazyBody(user), { status: 201, headers: { 'x-user': user } })
    case 'generator':
      return new Response(generatedBody(user) as never)
    case 'later': {
      const later = work(user, 'later')
      ctx?.waitUntil?.(later)
      await (ctx?.waitUntil ? undefined : later)
      return new Response(`later for ${user}`)
    }
    default:
      return new Response('not found', { status: 404 })
  }
}

const inSession = sessions({
  session: (request: Request, env: Env) => sessionOf(chatOf(request, env).user),
})(answer)

/** What the server calls. */
export async function handle(request: Request, env: Env, ctx?: Partial<Ctx>): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url)
  if (pathname === '/spans') return Response.json(await sentSpans(Number(searchParams.get('servers'))))
  return inSession(request, env, ctx)
}
