import { describe, expect, it } from 'vitest'
import { Deadline } from '../../../src/persistent/sending/http/deadline.ts'
import { ManualClock } from './support/clock.ts'
import { settle } from './support/sender.ts'

const MEGABYTE = 1024 * 1024

function start(millis = 10_000) {
  const clock = new ManualClock()
  const started = clock.time
  let firedAt: number | undefined
  const deadline = new Deadline(clock, millis, () => {
    firedAt = clock.time - started
  })
  const advance = (more: number) => {
    clock.advance(more)
    return settle()
  }
  return { clock, deadline, advance, firedAt: () => firedAt }
}

describe('a deadline', () => {
  it('is the timeout without progress', async () => {
    const { advance, firedAt, clock } = start()
    await advance(9999)
    expect(firedAt()).toBeUndefined()
    await advance(1)
    expect(firedAt()).toBe(10_000)
    expect(clock.timers.size).toBe(0)
  })

  it('moves with each part of the body that is taken, by at most the timeout for each megabyte', async () => {
    const { deadline, advance, firedAt } = start()
    deadline.begin(15 * MEGABYTE)
    while (firedAt() === undefined) {
      deadline.progress()
      await advance(1000)
    }
    expect(firedAt()).toBe(160_000)
  })

  it('sets no timer of negative time, for which Node warns, although the clock goes on between two readings', async () => {
    const { clock, deadline, advance, firedAt } = start()
    deadline.begin(MEGABYTE)
    await advance(9999)
    deadline.progress()
    const readings = [clock.time + 1, clock.time + 9999]
    clock.now = () => readings.shift() ?? clock.time + 10_001
    await advance(1)
    expect(clock.waits).toEqual([1])
    await advance(1)
    expect(firedAt()).toBe(10_001)
  })

  it('is the timeout after the last progress', async () => {
    const { deadline, advance, firedAt } = start()
    deadline.begin(15 * MEGABYTE)
    await advance(9000)
    deadline.progress()
    await advance(9999)
    expect(firedAt()).toBeUndefined()
    await advance(1)
    expect(firedAt()).toBe(19_000)
  })

  it('is the timeout after the upload, and as long as the upload took', async () => {
    const { deadline, advance, firedAt } = start()
    deadline.begin(MEGABYTE)
    await advance(5000)
    deadline.progress()
    await advance(3000)
    deadline.uploaded()
    await advance(12_999)
    expect(firedAt()).toBeUndefined()
    await advance(1)
    expect(firedAt()).toBe(21_000)
  })

  it('is asked for what has arrived before it passes', async () => {
    const { clock, deadline, firedAt } = start()
    clock.advance(10_000)
    deadline.cancel()
    await settle()
    expect(firedAt()).toBeUndefined()
    expect(clock.timers.size).toBe(0)
  })

  it('passes once more after the process was frozen, and then for good', async () => {
    const { clock, advance, firedAt } = start()
    clock.time += 3_600_000
    await advance(0)
    await advance(9999)
    expect(firedAt()).toBeUndefined()
    clock.time += 3_600_000
    await advance(1)
    expect(firedAt()).toBe(7_210_000)
  })

  it('of years is no problem for timers', async () => {
    const { deadline, advance, firedAt } = start(2 ** 31 - 1)
    deadline.begin(15 * MEGABYTE)
    deadline.progress()
    await advance(1)
    deadline.progress()
    await advance(2 ** 31 - 1)
    expect(firedAt()).toBe(2 ** 31)
  })
})
