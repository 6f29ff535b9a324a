/** A program that posts two bodies, and prints what became of them; run with a URL. */

import { newTransport } from '../../../../src/persistent/sending/http/transport.ts'
import { certificate } from './certificate.ts'
import { lineCodec } from './codec.ts'
import { settingsWith } from './settings.ts'

const [url = ''] = process.argv.slice(2)
const transport = newTransport(settingsWith({ url, agentOptions: { ca: certificate } }), lineCodec)
transport.keepAlive(true)
for (const body of ['a', 'b']) {
  const { kind } = await transport.post('protobuf', [Buffer.from(body)])
  process.stdout.write(`${kind} `)
}
transport.close()
