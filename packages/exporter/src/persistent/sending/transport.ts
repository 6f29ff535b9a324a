import { sayOnce } from '../../report.ts'
import type { BodyFormat, Codec } from '../encoder/codec.ts'
import { nameOfError, noAnswer } from './answer.ts'
import { type Clock, systemClock } from './clock.ts'
import { compress, gather } from './compress.ts'
import { Exchange } from './exchange.ts'
import { newHeaders } from './headers.ts'
import { newTarget } from './target.ts'
import type { SenderSettings, Transport } from './types.ts'

/**
 * Posts over HTTP or HTTPS, on connections that are kept.
 *
 * @throws TypeError if the URL, or headers that do not change, or the options of the agent are not what Node allows
 */
export function newTransport(
  settings: SenderSettings,
  codecOf: (format: BodyFormat) => Codec,
  clock: Clock = systemClock,
): Transport {
  const target = newTarget(settings.url, settings.agentOptions)
  const headersFor = newHeaders(settings.headers, settings.compression)
  const inFlight = new Set<Exchange>()
  let isHeld = false
  let isClosed = false
  const prepare = async (codec: Codec, parts: readonly Buffer[]) => {
    await target.ready().catch((error: unknown) => {
      const name = nameOfError(error)
      sayOnce(
        'agent',
        () => `the function "httpAgentOptions" gave no agent (${name}); spans wait until it does`,
      )
      throw error
    })
    const headers = await Promise.resolve(headersFor(codec.contentType)).catch((error: unknown) => {
      // By its name alone: what it says may hold a token.
      const name = nameOfError(error)
      sayOnce('headers', () => `the function "headers" failed (${name}); spans wait until it works`)
      throw error
    })
    return [headers, await compress(settings.compression, gather(parts))] as const
  }
  return {
    async post(format, parts) {
      if (isClosed) return noAnswer('closed')
      const codec = codecOf(format)
      const exchange = new Exchange(target, codec, isHeld)
      inFlight.add(exchange)
      const timer = clock.after(settings.timeoutMillis, () => exchange.end('timeout'))
      prepare(codec, parts).then(
        ([headers, body]) => exchange.send(headers, body),
        (error: unknown) => exchange.end(nameOfError(error)),
      )
      const answer = await exchange.answer
      timer.cancel()
      inFlight.delete(exchange)
      return answer
    },
    hold(next) {
      isHeld = next
      for (const exchange of inFlight) exchange.hold(isHeld)
    },
    giveUp(all) {
      for (const exchange of inFlight) if (all || exchange.isConnecting) exchange.end('given up')
    },
    close() {
      isClosed = true
      for (const exchange of inFlight) exchange.end('closed')
      target.close()
    },
  }
}
