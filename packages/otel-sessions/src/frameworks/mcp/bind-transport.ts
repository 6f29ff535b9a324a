import { type Context, context, createContextKey, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import {
  contextWithoutSession,
  contextWithSession,
  getSession,
  type SessionInit,
} from '@otel-sessions/processor'
import { kindOf } from '@otel-sessions/semconv/internal'
import { problems } from '../../problems.ts'

/** What `bindTransport` needs of the transport of an MCP client. */
export interface McpTransport {
  // biome-ignore lint/suspicious/noExplicitAny: each version of the SDK has messages and options of its own.
  send(message: any, options?: any): Promise<void>
}

/** A request that has no answer yet, and where it was made. */
interface Call {
  readonly caller: Context
  readonly progressToken: unknown
}

/** A message of JSON-RPC: a request has a method and an ID, a notification a method, an answer an ID. */
interface Message {
  readonly id?: unknown
  readonly method?: unknown
  readonly params?: {
    readonly progressToken?: unknown
    readonly requestId?: unknown
    readonly _meta?: { readonly progressToken?: unknown }
  }
}

type Listener = (message: Message, ...rest: unknown[]) => unknown

/** In a context: the message that is being handled there. */
const HANDLED = createContextKey('otel-sessions.mcp-message')

/**
 * Makes the callbacks of an MCP client run in the session of the call that caused them: its handlers of sampling,
 * elicitation and notifications, and `onprogress`. For a client that several sessions share.
 *
 * Over HTTP the call is known. Over stdio the protocol does not say which call a message belongs to, but for progress.
 * Then it is that of the open calls, if they are all of one session. If they are not, or if no call is open, the callback
 * runs without a session.
 *
 * A client with one user needs none of this: `bindSession(transport, session)` binds it to that user's session.
 *
 * @param transport the transport, before it is passed to `connect`; it is bound in place
 * @returns the same transport
 * @throws TypeError if it is no transport
 * @example await client.connect(bindTransport(new StdioClientTransport({ command: 'search-server' })))
 */
export function bindTransport<T extends McpTransport>(transport: T): T {
  const target = transport as unknown as { send: Listener; onmessage?: Listener | undefined }
  if (typeof target?.send !== 'function') {
    throw new TypeError(`otel-sessions/mcp: bindTransport takes a transport, it is ${kindOf(transport)}`)
  }
  const calls = new Map<unknown, Call>()
  const callKey = createContextKey('otel-sessions.mcp-call')
  const { send } = target
  target.send = function (message, ...rest) {
    const { id, method, params } = message ?? {}
    if (method === 'notifications/cancelled') calls.delete(params?.requestId)
    if (method === undefined || id === undefined) return send.call(this, message, ...rest)
    const caller = context.active()
    const call: Call = { caller, progressToken: params?._meta?.progressToken }
    calls.set(id, call)
    return context.with(caller.setValue(callKey, call), async () => {
      try {
        return await send.call(this, message, ...rest)
      } catch (error) {
        // It will have no answer.
        calls.delete(id)
        throw error
      }
    })
  }
  let onmessage = target.onmessage && listen(target.onmessage)
  Object.defineProperty(target, 'onmessage', {
    configurable: true,
    enumerable: true,
    get: () => onmessage,
    set: (listener: Listener | undefined) => {
      onmessage = listener && listen(listener)
    },
  })
  return transport

  function listen(listener: Listener): Listener {
    return function (this: unknown, message, ...rest) {
      const active = context.active()
      const run = () => listener.call(this, message, ...rest)
      if (message?.method === undefined) {
        calls.delete(message?.id)
        return run()
      }
      // An instrumentation has put a listener of its own around this one, and is inside what was entered for it.
      if (active.getValue(HANDLED) === message) return run()
      return context.with(contextOf(message, active).setValue(HANDLED, message), run)
    }
  }

  function contextOf({ params }: Message, active: Context): Context {
    const sent = active.getValue(callKey) as Call | undefined
    const isOpen = sent !== undefined && [...calls.values()].includes(sent)
    const call = isOpen ? sent : findCall(calls, params?.progressToken)
    // The transport is still in the caller's trace, and the active span may be of a server in this process.
    const span = isOpen ? trace.getSpan(active) : call && trace.getSpan(call.caller)
    const around = call?.caller ?? ROOT_CONTEXT
    const inside = span === undefined ? around : trace.setSpan(around, span)
    if (call === undefined) return contextWithoutSession(inside)
    const { source, ...session } = getSession(call.caller) ?? {}
    // Again, because the active span may have a session of its own.
    return source === 'scope' || source === 'span'
      ? contextWithSession(inside, session as SessionInit)
      : inside
  }
}

/** The open call with a progress token, or else any of them, if they are all of one session. */
function findCall(calls: ReadonlyMap<unknown, Call>, progressToken: unknown): Call | undefined {
  const open = [...calls.values()]
  if (progressToken !== undefined) {
    const call = open.find((one) => one.progressToken === progressToken)
    if (call !== undefined) return call
  }
  const ids = new Set(open.map(({ caller }) => getSession(caller)?.sessionId))
  if (ids.size < 2) return open.at(-1)
  problems.report('mcp:several-sessions', () => {
    return 'otel-sessions/mcp: a message of an MCP server is handled without a session: calls of several sessions are open, and the transport does not say which of them it belongs to. Use HTTP, or a client for each session'
  })
  return undefined
}
