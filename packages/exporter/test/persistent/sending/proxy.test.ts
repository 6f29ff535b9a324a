import { spawn } from 'node:child_process'
import http from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { newTransport } from '../../../src/persistent/sending/http/transport.ts'
import { certificate, key } from './support/certificate.ts'
import { lineCodec } from './support/codec.ts'
import { startProxy } from './support/proxy.ts'
import { answer, type Reply, startEndpoint } from './support/server.ts'
import { settingsWith, until } from './support/settings.ts'
import { closeLater, disconnect } from './support/transport.ts'

afterEach(disconnect)

const program = fileURLToPath(new URL('support/proxied-program.ts', import.meta.url))
const knowsProxies = 'proxyEnv' in (http.globalAgent as unknown as { options: object }).options

/** Runs a process that posts two bodies to an endpoint, with variables of the environment. */
async function run(
  environment: (proxy: string) => Record<string, string>,
  replies: Reply[] = [],
  tls = false,
) {
  const proxy = closeLater(await startProxy())
  const endpoint = closeLater(await startEndpoint(replies, tls ? { cert: certificate, key } : undefined))
  const { asked } = proxy
  const child = spawn(process.execPath, [program, endpoint.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '', ...environment(proxy.url) },
    timeout: 100_000,
  })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  await new Promise((resolve) => child.on('close', resolve))
  const bodies = endpoint.received.map(({ body }) => String(body))
  return { asked, bodies, output: output.trim(), url: endpoint.url, host: new URL(endpoint.url).host }
}

const both = { output: 'accepted accepted', bodies: ['a', 'b'] }

describe('the proxies of the environment', () => {
  it.skipIf(!knowsProxies).each([
    ['the variable', { NODE_USE_ENV_PROXY: '1' }],
    ['the flag', { NODE_OPTIONS: '--use-env-proxy' }],
  ])('are used if Node is told to with %s', async (_, how) => {
    const result = await run((proxy) => ({ ...how, HTTP_PROXY: proxy }))
    expect(result).toMatchObject({ ...both, asked: [`POST ${result.url}`, `POST ${result.url}`] })
  })

  it.skipIf(!knowsProxies)('are used for TLS through a tunnel, which a failure closes', async () => {
    const environment = (proxy: string) => ({ NODE_USE_ENV_PROXY: '1', https_proxy: proxy })
    const result = await run(environment, [], true)
    expect(result).toMatchObject({ ...both, asked: [`CONNECT ${result.host}`] })
    const failed = await run(environment, [answer(503)], true)
    expect(failed.output).toBe('retry accepted')
    expect(failed.asked).toEqual([`CONNECT ${failed.host}`, `CONNECT ${failed.host}`])
  })

  it.each<[string, (proxy: string) => Record<string, string>]>([
    ['Node is not told to', (proxy) => ({ HTTP_PROXY: proxy })],
    [
      'the endpoint is excluded',
      (proxy) => ({ NODE_USE_ENV_PROXY: '1', HTTP_PROXY: proxy, NO_PROXY: '127.0.0.1' }),
    ],
    ['there is none', () => ({ NODE_USE_ENV_PROXY: '1' })],
  ])('are not used if %s', async (_, environment) => {
    expect(await run(environment)).toMatchObject({ ...both, asked: [] })
  })

  it.skipIf(!knowsProxies)('do not keep connections that lead nowhere', async () => {
    const sockets = new Set<Socket>()
    const proxy = createServer((socket) => {
      sockets.add(socket)
      socket
        .on('error', () => {})
        .on('close', () => sockets.delete(socket))
        .resume()
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    closeLater(proxy)
    const { port } = proxy.address() as AddressInfo
    const agentOptions = { proxyEnv: { HTTPS_PROXY: `http://127.0.0.1:${port}` } }
    const settings = settingsWith({ url: 'https://example.invalid/', timeoutMillis: 50, agentOptions })
    const transport = closeLater(newTransport(settings, lineCodec))
    expect(await transport.post('json', [Buffer.from('a')])).toMatchObject({ kind: 'retry' })
    await until(() => sockets.size === 0)
  })
})
