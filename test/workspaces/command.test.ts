import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Command, type Row, runCommand, Skipped } from './command.ts'
import { judgeChecks } from './verdict.ts'

const { argv, exitCode } = process
const printed: string[] = []

beforeEach(() => {
  printed.length = 0
  const print = (text: unknown) => void printed.push(String(text))
  vi.spyOn(console, 'log').mockImplementation(print)
  vi.spyOn(console, 'error').mockImplementation(print)
})

afterEach(() => {
  vi.restoreAllMocks()
  Object.assign(process, { argv, exitCode })
})

/** Runs a command with arguments, and returns its exit code. */
async function run(rows: readonly Row[], args: string[] = [], more: Partial<Command<Row>> = {}) {
  process.argv = [...argv.slice(0, 2), ...args]
  await runCommand({ columns: ['row', 'right'], rows: async () => rows, ...more })
  return process.exitCode
}

const row = (name: string, right = 1, more: Partial<Row> = {}): Row => ({
  name: [name],
  run: async () => judgeChecks([['right', String(right), '1']], `log of ${name}`),
  ...more,
})

const missing = row('redis', 1, {
  async run() {
    throw new Skipped('there is no Redis')
  },
})

const lastLine = () => printed.at(-1)?.trim()

test('rows that are as declared pass, and their logs are not printed', async () => {
  expect(await run([row('one'), row('two')])).toBe(0)
  const table = ['row  right  as declared', 'one  1      yes', 'two  1      yes']
  expect(printed).toEqual([...table, '\n2 rows as declared, 0 not'])
})

test.each([0, 2])('a row with %i spans where 1 is declared fails, and says what differs', async (right) => {
  expect(await run([row('one'), row('two', right)])).toBe(1)
  expect(printed.join('\n')).toContain(`\ntwo\n  right: ${right}, declared 1\n  log of two`)
  expect(lastLine()).toBe('1 rows as declared, 1 not')
})

test('a row that throws fails, and the others run', async () => {
  const throws = row('one', 1, { run: () => Promise.reject(new Error('it ended with 1')) })
  expect(await run([throws, row('two')])).toBe(1)
  expect(printed.join('\n')).toContain('\none\n  it ended with 1')
  expect(lastLine()).toBe('1 rows as declared, 1 not')
})

test('--only runs the rows whose name contains the text, and fails if there is none', async () => {
  const rows = [row('one'), row('other', 2)]
  expect(await run(rows, ['--', '--only', 'on'])).toBe(0)
  expect(lastLine()).toBe('1 rows as declared, 0 not')
  expect(await run(rows, ['--only', 'three'])).toBe(1)
  expect(lastLine()).toBe('no row contains three; there are one, other')
})

test('--quick leaves out what is slow, and is rejected by a command that has no such rows', async () => {
  const rows = [row('one'), row('slow', 2, { isSlow: true })]
  expect(await run(rows, ['--quick'], { flags: ['quick'] })).toBe(0)
  expect(await run(rows, [], { flags: ['quick'] })).toBe(1)
  expect(await run([row('one')], ['--quick'])).toBe(1)
  expect(lastLine()).toContain("Unknown option '--quick'")
})

test('what this machine cannot run is skipped, with the reason; with --require it fails', async () => {
  expect(await run([row('one'), missing], [], { flags: ['require'] })).toBe(0)
  expect(printed.join('\n')).toContain('\nredis\n  skipped: there is no Redis')
  expect(lastLine()).toBe('1 rows as declared, 0 not, 1 skipped')
  expect(await run([row('one'), missing], ['--require'], { flags: ['require'] })).toBe(1)
  expect(lastLine()).toBe('1 rows as declared, 1 not')
})

test('a preparation that fails is the end, and what was begun is cleaned up', async () => {
  const after = vi.fn(async () => {})
  const before = async () => {
    throw new Error('it cannot be installed')
  }
  expect(await run([row('one')], [], { before, after })).toBe(1)
  expect(lastLine()).toBe('it cannot be installed')
  expect(after).toHaveBeenCalledOnce()
})

test('rows that run at the same time are printed in their order', async () => {
  let release = () => {}
  const released = new Promise<void>((resolve) => (release = resolve))
  const first = row('first', 1, { run: () => released.then(() => judgeChecks([])) })
  const second = row('second', 1, {
    run: async () => judgeChecks([['right', String(release()), 'undefined']]),
  })
  expect(await run([first, second], [], { workers: 2 })).toBe(0)
  expect(printed.slice(1, 3).map((line) => line.split(' ')[0])).toEqual(['first', 'second'])
})
