import { createEntry } from '../requests/entry.ts'
import { enteringHandler } from '../requests/handler.ts'
import type { SessionOfRequest, SessionsOptions } from '../requests/options.ts'

export { bindTransport, type McpTransport } from './mcp/bind-transport.ts'
export type { SessionOfRequest, SessionsOptions }

/** Who calls a server, as the MCP SDK tells it after it has checked the token. */
export interface McpAuthInfo {
  readonly clientId: string
  readonly scopes: readonly string[]
  /** What your verifier of tokens put there: mostly the user. */
  readonly extra?: Readonly<Record<string, unknown>> | undefined
}

/** What a handler of an MCP server is told about its call: the last argument, `extra` in version 1 and `ctx` in 2. */
export interface McpExtra {
  /** Who calls, in version 1. */
  readonly authInfo?: McpAuthInfo | undefined
  /** Who calls, in version 2. */
  readonly http?: { readonly authInfo?: McpAuthInfo | undefined } | undefined
  /** What the client sent along with the call, in version 1. It is no proof of a user. */
  readonly _meta?: Readonly<Record<string, unknown>> | undefined
  /** The session of the transport. It belongs to a connection, and is no proof of a user. */
  readonly sessionId?: string | undefined
  /** The headers of the request, in version 1. */
  readonly requestInfo?:
    | { readonly headers: Readonly<Record<string, string | string[] | undefined>> }
    | undefined
}

/**
 * Makes the handler of an MCP server run in the session of its call: a tool, a resource or a prompt, or what is passed to
 * `setRequestHandler`. The server's span of the HTTP request, which has started already, gets the session and the user.
 *
 * The handler is called with the same arguments. What it returns or throws is passed on unchanged.
 *
 * @param options `session` is called with the last argument of the handler, which says who calls
 * @returns a function that takes the handler, and returns one of the same type. It throws a TypeError for anything else
 * @throws TypeError or RangeError when an option is wrong; the message names it
 * @example server.registerTool('search', { inputSchema }, sessions({ session: sessionOfUser })(async ({ query }) => …))
 */
export function sessions<Extra = McpExtra>(
  options: SessionsOptions<Extra>,
): <
  // biome-ignore lint/suspicious/noExplicitAny: the SDK does not say what it passes to a tool without an inputSchema.
  Args extends any[],
  Result,
>(
  handler: (...args: Args) => Result,
) => (...args: Args) => Result {
  const entry = createEntry('mcp', options, 'call')
  return (handler) =>
    enteringHandler('otel-sessions/mcp: sessions', entry, (args) => args.at(-1) as Extra, handler)
}
