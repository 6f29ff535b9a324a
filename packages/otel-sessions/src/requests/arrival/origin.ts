import { type Context, createContextKey } from '@opentelemetry/api'
import type { EntryUnit } from '../spans/server-span.ts'

/** Says in a context which request, job or connection it is part of. All copies of the package read it by this name. */
const ORIGIN = createContextKey('otel-sessions.request')

/** What has entered a session, in the contexts that belong to it. */
export interface Origin {
  readonly unit: EntryUnit
  /** The objects by which its request is known, by their kind. */
  readonly objects: ReadonlyMap<unknown, object>
}

/** The innermost origin of a context. Each arrival has one of its own. */
export const originIn = (inside: Context): Origin | undefined => inside.getValue(ORIGIN) as Origin | undefined

/** A context that is part of no request. */
export const withoutOrigin = (inside: Context): Context => inside.deleteValue(ORIGIN)

/**
 * Marks a context as that of something which arrives. A helper further in adds what it knows of the same request.
 *
 * @param objects the objects of the request, as `isOfRequest` compares them
 */
export function markOrigin(inside: Context, unit: EntryUnit, objects: ReadonlyMap<unknown, object>): Context {
  const around = originIn(inside)
  const isSame = unit === 'request' && around?.unit === 'request'
  return inside.setValue(ORIGIN, {
    unit,
    objects: isSame ? new Map([...around.objects, ...objects]) : objects,
  })
}

/**
 * The objects by which a request is known. Of Node's there is one, whichever helper looks at it. A `Request` of the web is
 * copied on its way, by routers and frameworks: so it only tells requests of the same helper apart.
 */
export function objectsByKind(objects: readonly unknown[], helper: object): Map<unknown, object> {
  const known = objects.filter((one): one is object => typeof one === 'object' && one !== null)
  return new Map(known.map((one) => [isEmitter(one) ? 'node' : helper, one]))
}

export const isEmitter = (one: unknown): one is Pick<NodeJS.EventEmitter, 'emit' | 'once'> =>
  typeof (one as { emit?: unknown } | undefined)?.emit === 'function'

/**
 * Whether a context is part of a request: true if a helper has entered this request around it, false if it is part of
 * another request, of a job, a call or a socket. Undefined if nothing is known.
 */
export function isOfRequest(inside: Context, objects: ReadonlyMap<unknown, object>): boolean | undefined {
  const origin = originIn(inside)
  // A request may come to the function as an event, of which its server makes a request.
  if (origin === undefined || origin.unit === 'invocation') return undefined
  if (origin.unit !== 'request') return false
  const [kind, other] = [...origin.objects].find(([key]) => objects.has(key)) ?? []
  return other && isSameRequest(objects.get(kind), other)
}

/** Also a request that was wrapped, by `Object.create` or a Proxy: what Node has read of it is the same array. */
function isSameRequest(one: unknown, other: unknown): boolean {
  if (one === other) return true
  const [head, otherHead] = [one, other].map(
    (each) => (each as { rawHeaders?: unknown } | undefined)?.rawHeaders,
  )
  return typeof head === 'object' && head !== null && head === otherHead
}
