import { usingSession } from 'otel-sessions'

interface SpanLike {
  end(): void
  setStatus(status: { code: number; message?: string }): unknown
  addEvent(name: string, attributes?: Record<string, string>): unknown
}

/** The part of OpenTelemetry's API that is used: each line of the SDK has its own copy of it. */
export interface Api {
  readonly ROOT_CONTEXT: unknown
  readonly context: { active(): unknown; with<T>(context: never, fn: () => T): T }
  readonly trace: {
    getTracer(name: string): TracerLike
    setSpan(context: never, span: never): unknown
  }
}

export interface TracerLike {
  startSpan(name: string, options?: object, context?: never): SpanLike
}

/** The attribute with the user whose request a span belongs to. */
export const USER = 'app.user'
export const USERS = ['user_a', 'user_b', 'user_c']
export const sessionOf = (user: unknown): string | undefined =>
  typeof user === 'string' ? `${user}_conv` : undefined

/** What a set-up sends of the application: four spans a request, one background span. */
export const SPANS = 4 * USERS.length + 1

const SERVER = 1
const CLIENT = 2
const ERROR = 2

interface Spans {
  /** The names of the spans; AI SDKs use names of their own. */
  readonly names?: Partial<Record<'request' | 'lookup' | 'agent' | 'model', string>>
  /** Further attributes by the name of the span. */
  readonly attributes?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** The kind of the agent's span. */
  readonly agentKind?: number
  /** Runs the request of a user in something of the vendor's. */
  around?<T>(user: string, fn: () => Promise<T>): Promise<T>
}

/**
 * Requests of several users at once, under the active context manager, and a background span. The request's span and the
 * look-up begin before the session is known; the agent and the model's call are in it. The last user's call fails.
 */
export async function serve({ ROOT_CONTEXT, context, trace }: Api, tracer: TracerLike, spans: Spans = {}) {
  const { request = 'POST /chat', lookup = 'lookup', agent = 'agent', model = 'chat' } = spans.names ?? {}
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  const start = (name: string, user: string, kind: number) =>
    tracer.startSpan(name, { kind, attributes: { [USER]: user, ...spans.attributes?.[name] } })
  const within = <T>(span: SpanLike, fn: () => T): T =>
    context.with(trace.setSpan(context.active() as never, span as never) as never, fn)
  const handle = async (user: string) => {
    const server = start(request, user, SERVER)
    await within(server, async () => {
      start(lookup, user, CLIENT).end()
      await turn()
      await usingSession({ sessionId: sessionOf(user), userId: user }, async () => {
        const turnOfAgent = start(agent, user, spans.agentKind ?? 0)
        await within(turnOfAgent, async () => {
          await turn()
          const call = start(model, user, CLIENT)
          await turn()
          call.addEvent('answer', { text: `of ${user}` })
          if (user === USERS.at(-1)) call.setStatus({ code: ERROR, message: 'overloaded' })
          call.end()
        })
        turnOfAgent.end()
      })
    })
    server.end()
  }
  const around = spans.around ?? ((_: string, fn: () => Promise<void>) => fn())
  await Promise.all(
    USERS.map((user) => context.with(ROOT_CONTEXT as never, () => around(user, () => handle(user)))),
  )
  tracer.startSpan('cron', { attributes: {} }, ROOT_CONTEXT as never).end()
}
