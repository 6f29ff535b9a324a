import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { machine } from '../../../src/persistent/journal/context.ts'
import { drain, eventually, journals, quiet, record, TestProcess, temporary } from '../queue/support.ts'

/** Lets a queue look for journals again, as it does from time to time. */
async function sweep(process: TestProcess): Promise<void> {
  process.tick(30_000)
  await quiet()
}

/** An owner whose process cannot be asked. */
function elsewhere(): TestProcess {
  const other = new TestProcess()
  Object.assign(other.identity, { namespace: '2' })
  return other
}

describe.skipIf(process.platform !== 'linux')('a process of this machine', () => {
  it('is dead when it is a zombie, which its parent never asks for', async () => {
    const parent = spawn('sh', ['-c', 'exec 3<&0; sh -c "read line" <&3 & echo $!; exec sleep 60'])
    const [output] = await once(parent.stdout, 'data')
    const pid = Number(String(output))
    // A shell would ask for the result.
    await eventually(() => expect(readFileSync(`/proc/${parent.pid}/comm`, 'latin1')).toBe('sleep\n'))
    parent.stdin.end('\n')
    await eventually(() => expect(readFileSync(`/proc/${pid}/stat`, 'latin1')).toMatch(/\) Z /))
    expect(machine().startOf(pid)).toBeUndefined()
    parent.kill()
  })

  it('is alive while it is stopped', async () => {
    const child = spawn('sleep', ['60'])
    await once(child, 'spawn')
    const pid = child.pid ?? 0
    const start = machine().startOf(pid)
    expect(start).toMatch(/^\d+$/)
    child.kill('SIGSTOP')
    await eventually(() => expect(readFileSync(`/proc/${pid}/stat`, 'latin1')).toMatch(/\) T /))
    expect(machine().startOf(pid)).toBe(start)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(machine().startOf(pid)).toBeUndefined()
  })

  it('has a start time whatever its name is', async () => {
    const program = join(temporary(), 'x) Z 1 (')
    writeFileSync(program, '#!/bin/sh\necho started\nread line\n', { mode: 0o700 })
    const child = spawn(program)
    await once(child.stdout, 'data')
    expect(readFileSync(`/proc/${child.pid}/stat`, 'latin1')).toContain('(x) Z 1 ()')
    expect(machine().startOf(child.pid ?? 0)).toMatch(/^\d+$/)
    child.kill()
  })
})

describe('an owner that cannot be asked', () => {
  it('lives while it writes, although it touches nothing in a long synchronous job', async () => {
    const directory = temporary()
    const [busy, next] = [elsewhere(), new TestProcess()]
    const first = busy.open({ directory, isSync: true })
    const second = next.open({ directory })
    await second.ready
    for (let seconds = 0; seconds < 240; seconds += 30) {
      next.ahead += 30_000
      first.offer(record(seconds))
      await sweep(next)
    }
    expect(next.counters.adopted).toBe(0)
    busy.kill()
    await sweep(next)
    next.ahead += 60_000
    await sweep(next)
    expect(await drain(second)).toHaveLength(8)
    await second.close()
  })

  it.each([3_600_000, -3_600_000])(
    'lives although the clock is set by %i ms, for a process that was there before',
    async (millis) => {
      const directory = temporary()
      const [other, next] = [elsewhere(), new TestProcess()]
      const first = other.open({ directory, isSync: true })
      first.offer(record(1))
      const second = next.open({ directory })
      await second.ready
      next.wallAhead += millis
      for (let seconds = 0; seconds < 300; seconds += 10) {
        next.ahead += 10_000
        // The heartbeat has the clock of the machine.
        other.wallAhead = next.wallAhead
        other.ahead = next.ahead
        if (seconds % 30 === 0) await sweep(next)
        other.tick(10_000)
        await quiet()
      }
      expect(next.counters.adopted).toBe(0)
      await second.close()
    },
  )

  it('counts as dead at once for a process that has just started, if it was silent for five minutes', async () => {
    const directory = temporary()
    const dead = elsewhere()
    dead.open({ directory, isSync: true }).offer(record(1))
    dead.kill()
    const [name = ''] = journals(directory)
    const old = new Date(Date.now() - 300_000)
    for (const file of ['alive', 'cursor', '0000000001.seg'])
      utimesSync(join(directory, name, file), old, old)
    const queue = new TestProcess().open({ directory })
    await queue.ready
    expect(await drain(queue)).toEqual(['1'])
    await queue.close()
  })

  it('is taken for dead by a process that starts after the clock was set by five minutes, before the next sign of life', async () => {
    const directory = temporary()
    const other = elsewhere()
    const first = other.open({ directory, isSync: true })
    first.offer(record(1))
    other.wallAhead = 300_000
    const early = new TestProcess()
    early.wallAhead = 300_000
    const second = early.open({ directory })
    await second.ready
    expect(early.counters.adopted).toBe(1)
    // It goes on in a new journal, and shows that it is alive.
    other.tick(10_000)
    await quiet()
    first.offer(record(2))
    other.tick(10_000)
    await quiet()
    const late = new TestProcess()
    late.wallAhead = 300_000
    const third = late.open({ directory })
    await third.ready
    expect(late.counters.adopted).toBe(0)
    expect(await drain(second)).toEqual(['1'])
    for (const queue of [first, second, third]) await queue.close()
  })

  it('with the process ID 1 is dead when another process has it, as after the restart of a container', async () => {
    const directory = temporary()
    const before = new TestProcess()
    const after = new TestProcess()
    Object.assign(before.identity, { pid: 1, start: '100' })
    Object.assign(after.identity, { pid: 1, start: '200' })
    TestProcess.living.set(1, '100')
    before.open({ directory, isSync: true }).offer(record(1))
    before.kill()
    TestProcess.living.set(1, '200')
    const queue = after.open({ directory })
    await queue.ready
    expect(await drain(queue)).toEqual(['1'])
    await queue.close()
    TestProcess.living.delete(1)
  })
})
