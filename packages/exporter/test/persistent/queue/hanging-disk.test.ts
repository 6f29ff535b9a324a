import { type DiagLogger, diag } from '@opentelemetry/api'
import { describe, expect, it, onTestFinished } from 'vitest'
import { drain, names, ONE, quiet, record, segments, TestProcess, temporary, upTo } from './support.ts'

/** A queue on a disk that has written some records, and answers nothing from then on. */
async function startHanging(records: number, settings = {}) {
  const directory = temporary()
  const process = new TestProcess()
  const calls: string[] = []
  const queue = process.open({ directory, ...settings })
  for (const name of upTo(records)) {
    queue.offer(record(name))
    await quiet()
  }
  process.hang()
  process.onOperation = (name) => calls.push(name)
  /** Lets the time pass after which the disk counts as hanging. */
  const notice = async () => {
    await quiet()
    for (let seconds = 0; seconds < 10; seconds += 1) process.tick(1000)
    await quiet()
  }
  return { directory, process, queue, calls, notice }
}

/** What the next process finds. */
async function found(directory: string) {
  const queue = new TestProcess().open({ directory })
  await queue.ready
  const records = await drain(queue)
  await queue.close()
  return records.sort()
}

/** The messages that are logged from now on. */
function logged(): string[] {
  const messages: string[] = []
  const add = (...message: unknown[]) => void messages.push(message.join(' '))
  const logger: DiagLogger = { error: add, warn: add, info: add, debug: add, verbose: add }
  diag.setLogger(logger, { suppressOverrideMessage: true })
  onTestFinished(() => diag.disable())
  return messages
}

const isSync = (name: string) => name.endsWith('Sync')

describe('a disk that hangs', () => {
  it('stops no call of the application: neither a new record nor an acknowledgement waits for it', async () => {
    const { calls, process, queue, notice } = await startHanging(3)
    ;(await queue.lease(ONE))?.ack()
    queue.offer(record(3))
    await quiet()
    queue.offer(record(4))
    await notice()
    expect(calls.filter(isSync)).toEqual([])
    process.answer()
    await quiet()
    await queue.close()
  })

  it('counts as failed after 10 seconds: new records go to memory, and all are delivered', async () => {
    const { process, queue, notice } = await startHanging(2)
    queue.offer(record(2))
    await quiet()
    expect(queue.isOnDisk).toBe(true)
    await notice()
    expect(queue.isOnDisk).toBe(false)
    queue.offer(record(3))
    expect(queue.unwritten).toBe(2)
    expect((await drain(queue)).sort()).toEqual(upTo(4))
    process.answer()
    await queue.close()
  })

  it('is not one after which the process was frozen for a while', async () => {
    const { process, queue } = await startHanging(1)
    queue.offer(record(1))
    await quiet()
    process.ahead += 3600_000
    process.tick(1000)
    process.answer()
    await quiet()
    expect([queue.isOnDisk, queue.unwritten]).toEqual([true, 0])
    await queue.close()
  })

  it('is logged once, with the place and what becomes of the spans', async () => {
    const messages = logged()
    const { directory, process, queue, notice } = await startHanging(1)
    queue.offer(record(1))
    await notice()
    await notice()
    expect(messages.filter((message) => message.includes(directory))).toEqual([
      expect.stringMatching(
        new RegExp(`the journal in ${directory} cannot be written \\(hanging\\); spans are kept in memory`),
      ),
    ])
    process.answer()
    await queue.close()
  })

  it('is used again when it answers, and gets what memory has kept meanwhile', async () => {
    const { directory, process, queue, notice } = await startHanging(1)
    queue.offer(record(1))
    await notice()
    queue.offer(record(2))
    process.answer()
    await quiet()
    process.ahead += 30_000
    process.tick(10_000)
    await quiet()
    expect(queue.isOnDisk).toBe(true)
    expect(queue.unwritten).toBe(0)
    process.kill()
    expect(await found(directory)).toEqual(upTo(3))
  })

  it('has at most two calls at once, so that DNS and compression have threads left', async () => {
    const { directory, process, queue, notice } = await startHanging(20, { maxBytes: 8 * 64 * 1024 })
    for (let count = 0; count < 10; count += 1) {
      ;(await queue.lease(ONE))?.ack()
      queue.offer(record(`more ${count}`, { bytes: 60_000 }))
      await notice()
      for (const millis of [500, 10_000, 30_000]) process.tick(millis)
      await quiet()
    }
    expect(process.unanswered).toBe(2)
    process.answer()
    await quiet()
    expect(segments(directory).length).toBeGreaterThan(0)
    await queue.close()
  })

  it('may answer late: nothing is lost, and nothing that was delivered comes again', async () => {
    const { directory, process, queue, notice } = await startHanging(5)
    const first = await queue.lease(ONE)
    expect(names(first)).toEqual(['0'])
    first?.ack()
    queue.offer(record(5))
    await notice()
    for (const name of ['1', '2']) {
      const lease = await queue.lease(ONE)
      expect(names(lease)).toEqual([name])
      lease?.ack()
    }
    process.answer()
    await quiet()
    process.kill()
    expect(await found(directory)).toEqual(['3', '4', '5'])
  })

  it('delays the file of a record no longer than itself: it is written once it answers', async () => {
    const { directory, process, queue } = await startHanging(0)
    queue.offer(record(0))
    await quiet()
    expect(segments(directory)).toEqual([])
    process.answer()
    await quiet()
    process.kill()
    expect(await found(directory)).toEqual(['0'])
  })
})

describe('a checkpoint', () => {
  it('has one write under way, and then the newest position', async () => {
    const { directory, calls, process, queue, notice } = await startHanging(9)
    for (let count = 0; count < 6; count += 1) {
      const lease = queue.lease(ONE)
      await notice()
      ;(await lease)?.ack()
      await quiet()
    }
    expect(calls.filter((name) => name === 'write')).toHaveLength(1)
    process.answer()
    await quiet()
    expect(calls.filter((name) => name === 'write')).toHaveLength(2)
    process.kill()
    expect(await found(directory)).toEqual(['6', '7', '8'])
  })

  it('is written before the next request starts, so that a crash repeats one request at most', async () => {
    const { process, queue } = await startHanging(3)
    ;(await queue.lease(ONE))?.ack()
    let isLeased = false
    const next = queue.lease(ONE).then((lease) => {
      isLeased = true
      return lease
    })
    await quiet()
    expect(isLeased).toBe(false)
    process.answer()
    expect(names(await next)).toEqual(['1'])
    await queue.close()
  })

  it('is written when the process exits, although it was about to be', async () => {
    const { directory, process, queue } = await startHanging(0)
    process.answer()
    for (const name of upTo(3)) queue.offer(record(name))
    await quiet()
    process.isStuck = true
    ;(await queue.lease(ONE))?.ack()
    queue.writeNow()
    process.kill()
    expect(await found(directory)).toEqual(['1', '2'])
  })
})
