import { certificate, key } from '../../packages/exporter/test/persistent/sending/support/certificate.ts'
import { Endpoint } from './endpoint.ts'
import type { Row } from './row.ts'
import type { Subject } from './subject.ts'
import { World } from './world.ts'

/** One certificate, of the endpoint and of its clients. */
const TLS = { cert: certificate, key, ca: certificate, requestCert: true }

/** Brings a subject into the situation of a row, and returns what it does. */
export async function observe(row: Row, subject: Subject, logged: () => readonly string[]): Promise<string> {
  const endpoint = await Endpoint.start(row.tls === true ? TLS : undefined)
  try {
    const world = await World.start(subject, { ...row.with?.(endpoint), endpoint, logged }).catch(
      () => 'throws',
    )
    if (typeof world === 'string') return world
    return await row.observe(world).finally(() => world[Symbol.asyncDispose]())
  } finally {
    endpoint.stop()
  }
}
