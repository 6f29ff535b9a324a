import { hasSubscribers } from 'node:diagnostics_channel'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { watchForWork } from '../../src/register-sessions/instrumentations/first-work.ts'

const CHANNELS = ['http.server.response.finish', 'undici:request:create']
const listening = () => process.listenerCount('beforeExit') + CHANNELS.filter(hasSubscribers).length

/** Sends two requests to a server, and returns the answers. */
async function requests(): Promise<string[]> {
  const server = createServer((_, response) => response.end('answer'))
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return [await (await fetch(url)).text(), await (await fetch(url)).text()]
}

test('tells of the first request only, and then listens to nothing any more', async () => {
  const before = listening()
  const tell = vi.fn()
  watchForWork(() => false, tell)
  expect(listening()).toBe(before + 3)
  await requests()
  expect(tell.mock.calls).toEqual([['has called fetch']])
  expect(listening()).toBe(before)
})

test('tells nothing where all is right, and listens to nothing any more', async () => {
  const before = listening()
  const tell = vi.fn()
  watchForWork(() => true, tell)
  await requests()
  expect(tell).not.toHaveBeenCalled()
  expect(listening()).toBe(before)
})

test('a request goes on, if telling throws', async () => {
  watchForWork(
    () => false,
    () => {
      throw new Error('no console')
    },
  )
  const uncaught = vi.fn()
  process.on('uncaughtException', uncaught)
  onTestFinished(() => void process.off('uncaughtException', uncaught))
  expect(await requests()).toEqual(['answer', 'answer'])
  expect(uncaught).not.toHaveBeenCalled()
})
