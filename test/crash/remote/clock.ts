/**
 * Gives a process another clock: `node --import clock.ts`, with a `ClockConfig` in the environment variable CRASH_CLOCK.
 * The file system is on the same clock, so a file that is written has its time, too.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

export interface ClockConfig {
  /** How many times as fast the clock runs that is never set, and all timers with it. */
  readonly speed?: number
  /** When the clock that can be set is set, in milliseconds since 1970, and by how much. */
  readonly jumps?: readonly { readonly at: number; readonly by: number }[]
}

const { speed = 1, jumps = [] } = JSON.parse(process.env['CRASH_CLOCK'] ?? '{}') as ClockConfig
const MILLIS_PER_SECOND = 1000

const real = {
  now: performance.now.bind(performance),
  wall: Date.now,
  setTimeout: globalThis.setTimeout,
  setInterval: globalThis.setInterval,
}
performance.now = () => real.now() * speed
Date.now = () => {
  const now = real.wall()
  return jumps.reduce((wall, { at, by }) => (now >= at ? wall + by : wall), now)
}
globalThis.setTimeout = Object.assign(
  (callback: () => void, millis = 0, ...rest: []) => real.setTimeout(callback, millis / speed, ...rest),
  real.setTimeout,
) as typeof setTimeout
globalThis.setInterval = ((callback: () => void, millis = 0, ...rest: []) =>
  real.setInterval(callback, millis / speed, ...rest)) as typeof setInterval

if (jumps.length > 0) {
  const { openSync, writeSync, writevSync, writev } = fs
  const stamp = (descriptor: number) => {
    const now = Date.now() / MILLIS_PER_SECOND
    fs.futimesSync(descriptor, now, now)
  }
  const stamping =
    <A extends unknown[], R>(write: (descriptor: number, ...rest: A) => R) =>
    (descriptor: number, ...rest: A): R => {
      const result = write(descriptor, ...rest)
      stamp(descriptor)
      return result
    }
  Object.assign(fs, {
    openSync(...args: Parameters<typeof openSync>) {
      const descriptor = openSync(...args)
      if (args[1] !== 'r' && args[1] !== undefined) stamp(descriptor)
      return descriptor
    },
    writeSync: stamping(writeSync as (descriptor: number, ...rest: unknown[]) => number),
    writevSync: stamping(writevSync as (descriptor: number, ...rest: unknown[]) => number),
    writev(descriptor: number, ...rest: unknown[]) {
      const callback = rest.pop() as (error: Error | null, ...results: unknown[]) => void
      const after = (error: Error | null, ...results: unknown[]) => {
        if (!error) stamp(descriptor)
        callback(error, ...results)
      }
      ;(writev as (descriptor: number, ...rest: unknown[]) => void)(descriptor, ...rest, after)
    },
  })
  syncBuiltinESMExports()
}
