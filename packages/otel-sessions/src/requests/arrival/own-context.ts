import { type Context, context, type Span, trace } from '@opentelemetry/api'
import { lineOf, receiverIn, withoutServerSpan } from '../spans/server-span.ts'
import { parentOf } from '../spans/span-parents.ts'
import { hasEnded, recordOf, scopeIn, withoutSessionOfParent, withScope } from '../surroundings.ts'
import { isEmitter, isOfRequest, withoutOrigin } from './origin.ts'

/**
 * Finds the context in which a request begins. A login that waits for a pool, a queue or a shared connection
 * goes on in the context of whoever it waited for: there are the scope, the server's span and the trace of another user.
 *
 * The context that has arrived is that of another request if a helper has entered one there, or if it has the server's
 * span of another one than the instrumentation has bound this request to, or if its server's span is over. Then the
 * request begins where the instrumentation has bound it to, else outside of all that belongs to the other one.
 *
 * @param objects the objects by which the request is known
 * @returns the active context if it may be that of this request
 */
export function ownContext(active: Context, objects: ReadonlyMap<unknown, object>): Context {
  const isOwn = isOfRequest(active, objects)
  if (isOwn === true) return active
  const bound = boundContext(objects)
  if (bound === undefined) {
    const isOther = isOwn === false || hasEnded(receiverIn(active))
    return isOther ? leaveOrigin(active) : active
  }
  if (isOwn === undefined && isOfServer(active, receiverIn(bound))) return active
  // Nothing says whose the scope is: the login may have entered it.
  const isNobodys = isOwn === undefined && receiverIn(active) === undefined && scopeIn(active) !== undefined
  return isNobodys ? withScope(bound, scopeIn(active)) : bound
}

/** The same trace, without anything of the request or job that the context belongs to. */
export const leaveOrigin = (active: Context): Context =>
  withoutSessionOfParent(withoutServerSpan(withoutOrigin(withScope(active, undefined))))

/** Whether a context is below a server's span, or at least in its trace if it names no server's span. */
function isOfServer(active: Context, server: Span | undefined): boolean {
  if (server === undefined) return false
  const there = receiverIn(active)
  // Of two instrumentations, the inner one names its span in the context, which is below that of the other.
  if (there !== undefined) {
    return there === server || parentOf(there) === server || isMadeWithin(there, server)
  }
  return trace.getSpan(active)?.spanContext().traceId === server.spanContext().traceId
}

/** What is read of a span of the SDK; the tracer as 2.x and later have it, or as 1.x has it. */
interface StartedSpan extends Span {
  readonly startTime?: readonly [number, number]
  readonly instrumentationScope?: { readonly name: string }
  readonly instrumentationLibrary?: { readonly name: string }
}

/**
 * Whether a server's span may be one that the application has made within the request, in a trace of its own: by another
 * tracer than that of HTTP, after the request has begun, and of nobody yet.
 */
function isMadeWithin(span: StartedSpan, server: StartedSpan): boolean {
  if (!span.isRecording() || recordOf(span)?.from !== undefined || tracerOf(span) === tracerOf(server))
    return false
  const [[seconds = 0, nanos = 0] = [], [since = 0, sinceNanos = 0] = []] = [span.startTime, server.startTime]
  return seconds === since ? nanos >= sinceNanos : seconds > since
}

const tracerOf = (span: StartedSpan) => (span.instrumentationScope ?? span.instrumentationLibrary)?.name

const PROBE = Symbol('otel-sessions.probe')

/**
 * The context to which an instrumentation of HTTP has bound the listeners of Node's request, or a helper further out: the
 * one in which a listener is called.
 */
function boundContext(objects: ReadonlyMap<unknown, object>): Context | undefined {
  const request = objects.get('node')
  // Methods of its own: somebody has bound it.
  if (!isEmitter(request) || !['once', 'emit'].some((name) => Object.hasOwn(request, name))) return undefined
  let found: Context | undefined
  try {
    request.once(PROBE, () => {
      found = context.active()
    })
    request.emit(PROBE)
  } catch {
    // Something else is under these names.
  }
  if (found === undefined) return undefined
  return isOfRequest(found, objects) === true || receiverIn(found) !== undefined ? found : undefined
}

/** Those open spans in a context of another request that are below the server's span of this one. */
export function ownSpansIn(other: Context, own: Context): Span[] {
  const server = receiverIn(own)?.spanContext().spanId
  return lineOf(trace.getSpan(other)).filter((span) => server !== undefined && parentIdOf(span) === server)
}

/** As SDK 2 and later have it, or as 1.x has it. */
function parentIdOf(span: Span & { parentSpanContext?: { spanId: string }; parentSpanId?: string }) {
  return span.parentSpanContext?.spanId ?? span.parentSpanId
}
