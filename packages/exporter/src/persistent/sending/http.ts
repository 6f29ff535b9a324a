import * as zlib from 'node:zlib'
import { problems } from '../../problems.ts'
import type { BodyFormat, Codec } from '../encoder/codec.ts'
import type { Compression } from '../options.ts'
import { noAnswer } from './answers.ts'
import { HttpAttempt } from './attempt.ts'
import { openEndpoint, requestHeaders } from './endpoint.ts'
import { nameOfError } from './messages.ts'
import { type Clock, type SenderSettings, systemClock, type Transport } from './types.ts'

/**
 * Posts bodies over HTTP or HTTPS, on connections that are kept alive.
 *
 * @throws TypeError for an invalid URL, invalid static headers, or agent options that Node rejects
 */
export function newTransport(
  settings: SenderSettings,
  codecOf: (format: BodyFormat) => Codec,
  clock: Clock = systemClock,
): Transport {
  const endpoint = openEndpoint(settings.url, settings.agentOptions)
  const { host } = endpoint
  const headersOf = requestHeaders(settings.headers, settings.compression)
  const inFlight = new Set<HttpAttempt>()
  let keepsAlive = false
  let isClosed = false

  const prepare = async (codec: Codec, parts: readonly Buffer[]) => {
    await endpoint.ready().catch((error: unknown) => {
      logFailure('httpAgentOptions', error, host)
      throw error
    })
    const headers = await Promise.resolve(headersOf(codec.contentType)).catch((error: unknown) => {
      logFailure('headers', error, host)
      throw error
    })
    return [headers, await compress(settings.compression, parts)] as const
  }

  return {
    async post(format, parts) {
      if (isClosed) return noAnswer('closed')
      const codec = codecOf(format)
      const attempt = new HttpAttempt(endpoint, codec, keepsAlive)
      inFlight.add(attempt)
      const timer = clock.after(settings.timeoutMillis, () => attempt.end('timeout'))
      prepare(codec, parts).then(
        ([headers, body]) => attempt.send(headers, body),
        (error: unknown) => attempt.end(nameOfError(error)),
      )
      const answer = await attempt.answer
      timer.cancel()
      inFlight.delete(attempt)
      return answer
    },
    keepAlive(isNeeded) {
      keepsAlive = isNeeded
      for (const attempt of inFlight) attempt.keepAlive(isNeeded)
    },
    abort(which) {
      for (const attempt of inFlight) if (which === 'all' || attempt.isConnecting) attempt.end('aborted')
    },
    close() {
      isClosed = true
      for (const attempt of inFlight) attempt.end('closed')
      endpoint.close()
    },
  }
}

// With the error's name alone: its message may contain a token.
function logFailure(option: string, error: unknown, host: string): void {
  const name = nameOfError(error)
  problems.report(
    option,
    () => `the function in option ${option} for ${host} failed (${name}); spans wait until it succeeds`,
    host,
  )
}

/** Whether this Node has zstd: from 22.15 on. */
export const hasZstd = typeof zlib.zstdCompress === 'function'

/** Output comes in pieces of this size, each a trip to the thread pool. The default costs gzip 10 %, zstd 35 % more. */
const OUTPUT_BYTES = 256 * 1024
/** The most memory that zlib uses. The default costs 9 % more CPU. */
const MEM_LEVEL = 9

/** Compresses a body on the thread pool, at level 1. Rejects with zlib's error, such as for a lack of memory. */
function compress(compression: Compression, parts: readonly Buffer[]): Promise<readonly Buffer[]> {
  if (compression === 'none') return Promise.resolve(parts)
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, body: Buffer) => (error === null ? resolve([body]) : reject(error))
    const body = Buffer.concat(parts)
    if (compression === 'gzip') {
      zlib.gzip(body, { level: 1, chunkSize: OUTPUT_BYTES, memLevel: MEM_LEVEL }, done)
    } else {
      const params = { [zlib.constants.ZSTD_c_compressionLevel]: 1 }
      zlib.zstdCompress(body, { chunkSize: OUTPUT_BYTES, params }, done)
    }
  })
}
