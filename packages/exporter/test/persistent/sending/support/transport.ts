import type { Clock } from '../../../../src/persistent/sending/clock.ts'
import { newTransport } from '../../../../src/persistent/sending/transport.ts'
import type { SenderSettings } from '../../../../src/persistent/sending/types.ts'
import { lineCodec } from './codec.ts'
import { type Reply, startReceiver } from './server.ts'
import { settingsWith } from './settings.ts'

const open: { close(): unknown }[] = []

/** Closes what `connect` has opened. */
export async function disconnect(): Promise<void> {
  for (const one of open.splice(0)) await one.close()
}

/** A receiver, and a transport that posts to it. */
export async function connect(replies: Reply[] = [], some: Partial<SenderSettings> = {}, clock?: Clock) {
  const receiver = await startReceiver(replies)
  const settings = settingsWith({ url: receiver.url, ...some })
  const transport = newTransport(settings, lineCodec, clock)
  open.push(transport, receiver)
  const post = (...parts: (string | Buffer)[]) =>
    transport.post(
      'protobuf',
      parts.map((part) => Buffer.from(part)),
    )
  return { receiver, transport, post }
}

/** Closed by `disconnect`, too. */
export function closeLater<T extends { close(): unknown }>(one: T): T {
  open.push(one)
  return one
}
