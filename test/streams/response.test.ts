import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { serve } from '@hono/node-server'
import { bindSession, processStats, usingSession } from '@otel-sessions/processor'
import { describe, expect, test } from 'vitest'
import { A, B, bodyIsWaiting, distinctSessionsOf, sessionsOf, useTelemetry } from './support.ts'
import { lazyWebWords } from './table/bodies.ts'
import { byReader } from './table/consumers.ts'

useTelemetry()

describe('a Response that fn returns', () => {
  test('is the same object, unread, with all that it had', async () => {
    const made = new Response(lazyWebWords(), { status: 201, headers: { 'x-id': '7' } })
    const response = usingSession(A, () => made)
    await bodyIsWaiting()
    expect(response).toBe(made)
    expect(response).toBeInstanceOf(Response)
    expect([response.status, response.headers.get('x-id'), response.bodyUsed]).toEqual([201, '7', false])
    expect([response.body?.locked, sessionsOf('body'), Object.keys(response)]).toEqual([false, [], []])
    expect(await response.text()).toBe('onetwothree')
    expect(response.bodyUsed).toBe(true)
    await expect(response.text()).rejects.toThrow(TypeError)
  })

  test('keeps its session in copies of copies, each with the whole text', async () => {
    const response = usingSession(A, () => new Response(lazyWebWords()))
    const copy = response.clone()
    const third = copy.clone()
    await usingSession(B, async () => {
      for (const one of [third, response, copy]) expect(await one.text()).toBe('onetwothree')
    })
    expect(distinctSessionsOf('body')).toEqual([A])
  })

  test('cannot be copied once it is read, like an unbound one', async () => {
    const response = usingSession(A, () => new Response(lazyWebWords()))
    await response.text()
    expect(() => response.clone()).toThrow(TypeError)
  })

  test('can have no body, which is no problem', async () => {
    const before = processStats().problems
    expect(await usingSession(A, () => new Response(null)).text()).toBe('')
    expect(processStats().problems).toEqual(before)
  })

  test('changes to the session that is passed to bindSession', async () => {
    const response = usingSession(A, () => new Response(lazyWebWords()))
    expect(bindSession(response, B)).toBe(response)
    await response.clone().text()
    expect(distinctSessionsOf('body')).toEqual([B])
  })

  test('pulls in its session when a server sends it', async () => {
    const answer = () => usingSession(A, () => new Response(lazyWebWords()))
    const server = serve({ fetch: answer, port: 0 })
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('onetwothree')
    expect(distinctSessionsOf('body')).toEqual([A])
    await new Promise((resolve) => server.close(resolve))
  })

  test('pulls in its session when it is sent through a Node stream', async () => {
    const server = createServer((_, reply) => {
      const { body } = usingSession(A, () => new Response(lazyWebWords()))
      Readable.fromWeb(body as never).pipe(reply)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('onetwothree')
    expect(distinctSessionsOf('body')).toEqual([A])
    server.closeAllConnections()
    server.close()
  })

  test('from the network still has its text', async () => {
    const server = createServer((_, reply) => reply.end('hello')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const response = await usingSession(A, () => fetch(`http://127.0.0.1:${port}/`))
    expect(await response.clone().text()).toBe('hello')
    expect(await response.text()).toBe('hello')
    server.closeAllConnections()
    server.close()
  })
})

describe('a Request that fn returns', () => {
  test('sends its body in its session', async () => {
    const init = { method: 'POST', body: lazyWebWords(), duplex: 'half' }
    const request = usingSession(A, () => new Request('http://model', init))
    await usingSession(B, () => byReader(new Request(request).body as ReadableStream, () => 'go on'))
    expect(distinctSessionsOf('body')).toEqual([A])
  })
})
