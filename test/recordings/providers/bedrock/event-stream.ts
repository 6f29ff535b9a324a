/** The binary frames of AWS: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html */
import { crc32 } from 'node:zlib'
import type { Json } from '../http.ts'

/** What marks a header's value as a string. */
const STRING = 7

/** One event as a frame: lengths, headers and payload, each part followed by its checksum. */
export function frame(eventType: string, payload: Json): Uint8Array {
  const headers = Buffer.concat([
    header(':event-type', eventType),
    header(':content-type', 'application/json'),
    header(':message-type', 'event'),
  ])
  const body = Buffer.from(JSON.stringify(payload))
  const prelude = Buffer.alloc(12)
  prelude.writeUInt32BE(prelude.length + headers.length + body.length + 4, 0)
  prelude.writeUInt32BE(headers.length, 4)
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8)
  const message = Buffer.concat([prelude, headers, body])
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc32(message))
  return Buffer.concat([message, checksum])
}

function header(name: string, value: string): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(value.length)
  return Buffer.concat([
    Buffer.from([name.length]),
    Buffer.from(name),
    Buffer.from([STRING]),
    length,
    Buffer.from(value),
  ])
}
