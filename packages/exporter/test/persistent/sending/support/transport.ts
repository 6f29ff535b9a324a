import { newTransport } from '../../../../src/persistent/sending/http/transport.ts'
import type { Clock, SenderSettings } from '../../../../src/persistent/sending/types.ts'
import { lineCodec } from './codec.ts'
import { type Reply, startEndpoint } from './server.ts'
import { settingsWith } from './settings.ts'

const open: { close(): unknown }[] = []

/** Closes everything that `connect` has opened. */
export async function disconnect(): Promise<void> {
  for (const one of open.splice(0)) await one.close()
}

/** Starts an endpoint, and a transport that posts to it. */
export async function connect(replies: Reply[] = [], some: Partial<SenderSettings> = {}, clock?: Clock) {
  const endpoint = await startEndpoint(replies)
  const settings = settingsWith({ url: endpoint.url, ...some })
  const transport = newTransport(settings, lineCodec, clock)
  open.push(transport, endpoint)
  const post = (...parts: (string | Buffer)[]) =>
    transport.post(
      'protobuf',
      parts.map((part) => Buffer.from(part)),
    )
  return { endpoint, transport, post }
}

/** Has `disconnect` close this as well. */
export function closeLater<T extends { close(): unknown }>(one: T): T {
  open.push(one)
  return one
}
