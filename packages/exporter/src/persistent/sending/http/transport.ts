import * as zlib from 'node:zlib'
import type { BodyFormat, Codec } from '../../encoder/codec.ts'
import type { Compression } from '../../options.ts'
import { logFunctionFailure, nameOfError } from '../messages.ts'
import { type Clock, type SenderSettings, systemClock, type Transport } from '../types.ts'
import { noAnswer } from './answers.ts'
import { HttpAttempt } from './attempt.ts'
import { Deadline } from './deadline.ts'
import { openEndpoint } from './endpoint.ts'
import { requestHeaders } from './headers.ts'
import { OptionFailure, type RequestOption, ValueError } from './option-failure.ts'

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
  const endpoint = openEndpoint(settings.url, settings.agentOptions, settings.timeoutMillis)
  const { host } = endpoint
  const headersOf = requestHeaders(settings.headers, settings.compression)
  const inFlight = new Set<HttpAttempt>()
  let keepsAlive = false
  let isClosed = false

  /** Makes headers and body. `waiting` is called with the option whose function is waited for. */
  const prepare = async (
    codec: Codec,
    parts: readonly Buffer[],
    waiting: (option: RequestOption | undefined) => void,
  ) => {
    const call = <T>(option: RequestOption, result: T | Promise<T>): Promise<T> => {
      waiting(option)
      return Promise.resolve(result).catch((error: unknown) => {
        const name = nameOfError(error)
        logFunctionFailure(option, `failed (${error instanceof ValueError ? error.message : name})`, host)
        throw new OptionFailure(option, name)
      })
    }
    await call('httpAgentOptions', endpoint.ready())
    const headers = await call('headers', headersOf(codec.contentType))
    waiting(undefined)
    return [headers, await compress(settings.compression, parts)] as const
  }

  return {
    async post(format, parts) {
      if (isClosed) return noAnswer('closed')
      const codec = codecOf(format)
      const attempt = new HttpAttempt(endpoint, codec, keepsAlive)
      inFlight.add(attempt)
      let option: RequestOption | undefined
      const deadline = new Deadline(clock, settings.timeoutMillis, () => {
        if (option === undefined) return attempt.end(attempt.isConnecting ? 'connect timeout' : 'timeout')
        logFunctionFailure(option, `did not finish within ${settings.timeoutMillis} ms`, host)
        endpoint.askAgain()
        attempt.end(new OptionFailure(option, 'timeout').code)
      })
      prepare(codec, parts, (next) => {
        option = next
      }).then(
        ([headers, body]) => attempt.send(headers, body, deadline),
        (error: unknown) => attempt.end(nameOfError(error)),
      )
      const answer = await attempt.answer
      deadline.cancel()
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
