import { createEntry } from '../requests/entry.ts'
import type { SessionOfRequest, SessionsOptions } from '../requests/options.ts'
import { enterForResponse } from '../requests/response.ts'

export type { SessionOfRequest, SessionsOptions }

/** What is used of Hono's context. */
interface HonoContext {
  res: unknown
  readonly req?: { readonly raw?: unknown }
  /** On Node: `incoming` and `outgoing`. */
  readonly env?: { readonly incoming?: unknown; readonly outgoing?: unknown }
}

/**
 * Creates a middleware for Hono: everything behind it runs in the session of the request, also the body, which is sent
 * after it has returned, and `onError`. Put it behind your authentication.
 *
 * The server's span gets the session too.
 *
 * @param options `session` is called with Hono's context
 * @throws TypeError or RangeError when an option is wrong; the message names it
 * @example app.use(sessions({ session: (c) => ({ sessionId: c.var.conversation.id, userId: c.var.user.id }) }))
 */
export function sessions<
  // biome-ignore lint/suspicious/noExplicitAny: the application types its context.
  Context extends object = any,
>(options: SessionsOptions<Context>): (c: Context, next: () => Promise<void>) => Promise<void> {
  const entry = createEntry('hono', options)
  return async (c, next) => {
    const own = c as HonoContext
    const { incoming, outgoing } = own.env ?? {}
    const parts = { objects: [incoming, own.req?.raw], emitters: [incoming, outgoing] }
    const before = () => next().then(() => own.res)
    const response = await enterForResponse((fn) => entry.enter(c, fn, parts), before)
    // Hono makes another Response of each that it is given.
    if (response !== own.res) own.res = response
  }
}
