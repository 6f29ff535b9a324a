import { Agent } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { newTransport } from '../../../src/persistent/sending/http/transport.ts'
import { ManualClock } from './support/clock.ts'
import { lineCodec } from './support/codec.ts'
import { startReader } from './support/reader.ts'
import { answer, type Reply } from './support/server.ts'
import { settingsWith, until } from './support/settings.ts'
import { closeLater, connect, disconnect } from './support/transport.ts'

afterEach(disconnect)

const MEGABYTE = 1024 * 1024
const BODY = Buffer.alloc(15 * MEGABYTE, 'x')

/** Posts 15 MB to an endpoint that reads only when the test says. */
async function upload(parts: readonly Buffer[] = [BODY]) {
  const reader = closeLater(await startReader(parts.reduce((sum, { length }) => sum + length, 0)))
  const clock = new ManualClock()
  const agent = new Agent({ keepAlive: true })
  closeLater({ close: () => agent.destroy() })
  const settings = settingsWith({ url: reader.url, agentOptions: () => agent })
  const transport = closeLater(newTransport(settings, lineCodec, clock))
  const state = { isOver: false }
  const answered = transport.post('json', parts).finally(() => {
    state.isOver = true
  })
  const written = () =>
    Object.values(agent.sockets)
      .flatMap((sockets) => sockets ?? [])
      .reduce((sum, { bytesWritten }) => sum + bytesWritten, 0)
  /** Waits until the system takes no more of the body. It may be busy for some milliseconds in the middle. */
  async function stall() {
    for (let turns = 0, before = -1; turns < 50; turns++) {
      await setTimeout(1)
      if (written() !== before) turns = 0
      before = written()
    }
  }
  const read = (bytes: number) => reader.read(bytes, () => state.isOver)
  return { reader, clock, answered, state, read, stall, transport }
}

describe('a large body', () => {
  it('arrives on a connection of 1 MB/s, although that takes longer than the timeout', async () => {
    const { reader, clock, answered, read, stall } = await upload()
    while (reader.bodyBytes < BODY.length) {
      await stall()
      clock.advance(1000)
      await read(MEGABYTE)
    }
    clock.advance(9000)
    reader.respond()
    expect(await answered).toMatchObject({ kind: 'accepted' })
    expect(clock.time).toBeGreaterThan(20_000)
  })

  it('times out when the endpoint takes nothing more of it', async () => {
    const { reader, clock, answered, state, read, stall } = await upload()
    await stall()
    await read(7 * MEGABYTE)
    await stall()
    clock.advance(9999)
    await stall()
    expect(state.isOver).toBe(false)
    clock.advance(1)
    expect(await answered).toMatchObject({ kind: 'retry', reason: 'timeout' })
    expect(reader.bodyBytes).toBeLessThan(BODY.length)
  })

  it('that was taken leaves the timeout for its answer, and the time that the upload took', async () => {
    const { reader, clock, answered, state, read, stall } = await upload()
    await stall()
    clock.advance(7000)
    await read(BODY.length)
    await stall()
    clock.advance(16_999)
    await stall()
    expect(state.isOver).toBe(false)
    clock.advance(1)
    expect(await answered).toMatchObject({ kind: 'retry', reason: 'timeout' })
    await until(() => reader.isClosed)
  })

  it('ends at once when it is aborted, or the transport is closed', async () => {
    for (const how of ['abort', 'close'] as const) {
      const { answered, stall, transport } = await upload()
      await stall()
      if (how === 'abort') transport.abort('all')
      else transport.close()
      expect(await answered).toMatchObject({ kind: 'retry', reason: how === 'abort' ? 'aborted' : 'closed' })
    }
  })

  it('of any parts arrives whole and in order, on a connection that is kept', async () => {
    const { post, endpoint } = await connect([], { timeoutMillis: 60_000 })
    const sizes = [0, 1, 512 * 1024 - 1, 1, 512 * 1024, 3 * MEGABYTE + 7, 0, 100, 512 * 1024]
    const parts = sizes.map((size, index) => Buffer.alloc(size, String(index)))
    for (let i = 0; i < 3; i++) await post(...parts)
    expect(endpoint.connections).toBe(1)
    for (const { body, headers } of endpoint.received) {
      expect(headers['content-length']).toBe(String(body.length))
      expect(body.equals(Buffer.concat(parts))).toBe(true)
    }
  })

  it('is repeated whole when an idle connection turns out to be closed', async () => {
    const { post, endpoint } = await connect()
    expect(await post('a')).toMatchObject({ kind: 'accepted' })
    for (const socket of endpoint.sockets) socket.resetAndDestroy()
    expect(await post(BODY)).toMatchObject({ kind: 'accepted' })
    expect(endpoint.received.at(-1)?.body.equals(BODY)).toBe(true)
  })

  it('is no longer written when the endpoint answers before it has read it', async () => {
    const tooLarge: Reply = answer(413)
    const { post } = await connect([tooLarge, tooLarge])
    expect(await post(BODY)).toEqual({ kind: 'too-large' })
    expect(await post(BODY)).toEqual({ kind: 'too-large' })
  })
})

it('a request that waited long for its connection has the whole timeout for its answer', async () => {
  const clock = new ManualClock()
  let found: (() => void) | undefined
  const lookup = (_: string, __: object, done: (...result: unknown[]) => void) => {
    found = () => done(null, [{ address: '127.0.0.1', family: 4 }])
  }
  let respond: (() => void) | undefined
  const hang: Reply = (response) => {
    respond = () => response.end()
  }
  const server = await connect([hang])
  const url = server.endpoint.url.replace('127.0.0.1', 'localhost')
  const settings = settingsWith({ url, agentOptions: { lookup } })
  const transport = closeLater(newTransport(settings, lineCodec, clock))
  const answered = transport.post('json', [Buffer.from('a')])
  await until(() => found !== undefined)
  clock.advance(9000)
  found?.()
  await until(() => respond !== undefined)
  clock.advance(9000)
  respond?.()
  expect(await answered).toMatchObject({ kind: 'accepted' })
})
