import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Endpoint } from '../endpoint.ts'
import type { World } from '../world.ts'

const TIMES = ['no request', 'sent once', 'sent twice']

/** How many requests arrived, in words. */
export const requests = ({ endpoint }: World): string =>
  TIMES[endpoint.exchanges.length] ?? `sent ${endpoint.exchanges.length} times`

type Observe = (world: World) => Promise<string>

/** Returns what becomes of so many spans that have ended, without a flush before. */
export const fateOf =
  (spans: number): Observe =>
  (world) => {
    world.end(spans)
    return world.fate()
  }

/** Sends spans to an endpoint that behaves in some way, and returns what becomes of them. */
export const fateAt =
  (behave: (endpoint: Endpoint) => void = () => {}): Observe =>
  async (world) => {
    behave(world.endpoint)
    await world.send()
    return world.fate()
  }

/** The same, with how many requests arrived until the flush was over. */
export const requestsAndFateAt =
  (behave: (endpoint: Endpoint) => void): Observe =>
  async (world) => {
    behave(world.endpoint)
    await world.send()
    return `${requests(world)}, ${await world.fate()}`
  }

/** The values of a header, in the order of the requests. */
export const header = ({ endpoint }: World, name: string): readonly unknown[] =>
  endpoint.exchanges.map(({ headers }) => headers[name])

/** The paths of all requests. */
export const paths = ({ endpoint }: World): string => endpoint.exchanges.map(({ path }) => path).join(', ')

/** Whether a promise settles in the next turns of the event loop, which an exchange over a socket takes. */
export async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  void promise.finally(() => {
    settled = true
  })
  for (let turn = 0; turn < 50; turn++) await nextTurn()
  return settled
}

/**
 * Whether something has happened after some time, on a machine that may be busy: where a process stands still, its
 * timers still end in their order.
 */
export async function inTime(promise: Promise<unknown>, millis: number): Promise<'in time' | 'not in time'> {
  let timer: NodeJS.Timeout | undefined
  const isOver = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, millis)
  })
  await Promise.race([promise, isOver])
  clearTimeout(timer)
  return (await isSettled(promise)) ? 'in time' : 'not in time'
}

/**
 * The same for the end of a request, or of the flush that sends it. The time is that since the request arrived, when
 * the client's own timer runs already.
 */
export async function startedInTime(
  world: World,
  promise: Promise<unknown>,
  millis: number,
): Promise<'in time' | 'not in time'> {
  const arrived = world.endpoint.nextRequest()
  const flushed = world.send()
  await Promise.race([arrived, flushed])
  return inTime(Promise.race([promise, flushed]), millis)
}
