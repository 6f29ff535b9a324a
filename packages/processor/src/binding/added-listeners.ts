import type { Context } from '@opentelemetry/api'
import { holdsListeners } from './listener-shapes.ts'
import type { Method, Methods } from './replace-methods.ts'

// Notes of what an emitter was given in place of the application's listeners.

/** A listener of the application, as a function. It may be an object as well. */
export type Listener = Method & { listener?: unknown; fn?: unknown }

/** One listener, as the emitter has it. */
export interface Added {
  readonly event: unknown
  readonly capture: boolean
  readonly isOnce: boolean
  /** The emitter has what was added, until it removes it: by any method, or unasked. */
  readonly ref: { deref(): Listener | undefined }
  /** The ID of the session in which it runs. */
  readonly session: string | null | undefined
  times: number
  /** A method that perhaps removes it was called. */
  passed: boolean
}

/** For which event, and in which phase. */
export type Place = Pick<Added, 'event' | 'capture'>

/** The listeners of one emitter. */
export interface Listeners {
  /** By the application's listener: what was added in its place. The last one is removed first. */
  readonly added: WeakMap<object, Added[]>
  /** Called each time that a listener is added. */
  readonly contextFor: () => Context
}

/** For which event, and in which phase of an EventTarget, a listener is added or removed. */
export function placeOf(name: string, [event, , options]: unknown[]): Place {
  const phase = name.includes('EventListener') ? options : undefined
  const capture = phase === true || (Object(phase) as Methods)['capture'] === true
  const isNone = event === null || typeof event === 'function' || holdsListeners(event, 0)
  return { event: isNone ? undefined : event, capture }
}

/** Tells what was added for the same event, in the same phase. */
export const isAt = (place: Place) => (one: Added) =>
  one.capture === place.capture && isSameEvent(one.event, place.event)

/** Several events may be named by an array. */
const isSameEvent = (one: unknown, other: unknown): boolean =>
  one === other ||
  (Array.isArray(one) &&
    Array.isArray(other) &&
    one.length === other.length &&
    one.every((event, index) => event === other[index]))

/** Whether what was added for one event may be meant by the other. */
export const isNear = (one: unknown, other: unknown): boolean =>
  one === undefined || other === undefined || [one].flat().some((event) => [other].flat().includes(event))

/** How many notes are looked at of one listener and one session: looking at one that is weak costs much. */
const MOST = 64

/** What the emitter may still have in place of a listener: of a session, and the latest of all others. */
export function liveOf(
  { added }: Listeners,
  listener: object,
  session: Added['session'],
  isOf: (one: Added) => boolean = () => true,
): Added[] {
  const others: Added[] = []
  const own: Added[] = []
  for (const one of added.get(listener) ?? [])
    if (isOf(one)) (one.session === session ? own : others).push(one)
  return [...others.slice(-MOST), ...own.slice(-MOST)].filter(isLive)
}

const isLive = ({ ref }: Added): boolean => ref.deref() !== undefined

/** Old platforms have no WeakRef. */
export const weakly = <T extends object>(value: T): { deref(): T | undefined } =>
  typeof WeakRef === 'function' ? new WeakRef(value) : { deref: () => value }

/** Notes what was added in place of a listener, again if it is the same. */
export function noteAdded(
  { added }: Listeners,
  listener: Listener,
  bound: Listener,
  place: Pick<Added, 'event' | 'capture' | 'isOnce' | 'session'>,
  isSame: boolean,
): void {
  const ref = weakly(bound)
  // Node removes a listener by its property `listener` as well, and so does a `once` written by hand.
  const stood = typeof listener === 'function' ? listener.listener : undefined
  for (const known of typeof stood === 'function' ? [listener, stood] : [listener]) {
    const all = added.get(known) ?? []
    // One for each event, up to a number: the same function may be added and removed for ever new ones.
    const at = isSame && all.length >= 64 ? { ...place, event: undefined } : place
    const again = isSame && all.findLast((one) => isAt(at)(one) && one.ref.deref() === bound)
    if (!again) all.push({ ...at, ref, times: 1, passed: false })
    else Object.assign(again, { times: again.times + 1, passed: false })
    added.set(known, hasGrown(all.length) ? all.filter(isLive) : all)
  }
}

/** At 64, 128, 256, …: looking at all of them costs the more the more there are. */
const hasGrown = (count: number) => count >= 64 && (count & (count - 1)) === 0

/** Forgets what was added once in place of a listener. */
export function forgetOnce({ added }: Listeners, listener: Listener, bound: () => Listener): void {
  for (const known of [listener, listener.listener]) {
    const all = added.get(known as object) ?? []
    const index = all.findIndex((one) => one.isOnce && one.ref.deref() === bound())
    if (index >= 0) all.splice(index, 1)
  }
}

/** Forgets one that was added in place of a listener. */
export function forgetAdded({ added }: Listeners, listener: object, one: Added): void {
  const all = added.get(listener) ?? []
  const index = all.indexOf(one)
  if (index >= 0 && --one.times === 0) all.splice(index, 1)
}
