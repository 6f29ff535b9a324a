import { validateHeaderName, validateHeaderValue } from 'node:http'
import zlib from 'node:zlib'
import { LONGEST_TIMER } from '../../check-number.ts'
import type { Compression } from './types.ts'

/** What the environment says of the receiver; undefined where it says nothing, or nothing that can be used. */
export interface EnvSettings {
  readonly url: string | undefined
  readonly headers: Readonly<Record<string, string>> | undefined
  readonly compression: Compression | undefined
  readonly timeoutMillis: number | undefined
  readonly protocol: 'http/protobuf' | 'http/json' | undefined
  /** What could not be used, in words; never a value. */
  readonly problems: readonly string[]
}

type Parse<T> = (text: string) => T | undefined
type Environment = Readonly<Record<string, string | undefined>>

/** https://opentelemetry.io/docs/specs/otel/protocol/exporter/: what is said of traces goes before what is said of all. */
export function readEnv(environment: Environment): EnvSettings {
  const problems: string[] = []
  const read = <T>(name: string, parse: Parse<T>, parseGeneral = parse): T | undefined => {
    for (const key of [`OTEL_EXPORTER_OTLP_TRACES_${name}`, `OTEL_EXPORTER_OTLP_${name}`]) {
      const text = environment[key]?.trim()
      // Empty is as if it were not set, says the specification.
      if (text === undefined || text === '') continue
      const value = (key.includes('TRACES') ? parse : parseGeneral)(text)
      if (value !== undefined) return value
      problems.push(`${key} cannot be used, and is ignored: a value of ${text.length} characters`)
    }
    return undefined
  }
  return {
    // The general one is a base, the one for traces is used as it is.
    url: read('ENDPOINT', parseUrl, parseBase),
    headers: read('HEADERS', parseHeaders),
    compression: read('COMPRESSION', parseCompression),
    timeoutMillis: read('TIMEOUT', parseMillis),
    protocol: read('PROTOCOL', parseProtocol),
    problems,
  }
}

const HAS_ZSTD = typeof zlib.zstdCompress === 'function'

function parseUrl(text: string): string | undefined {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) ? text : undefined
}

function parseBase(text: string): string | undefined {
  if (parseUrl(text) === undefined) return undefined
  const url = new URL(text)
  url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/traces`
  return url.href
}

/** `key=value,key=value`, percent-encoded, as baggage has them. */
function parseHeaders(text: string): Record<string, string> | undefined {
  const headers: Record<string, string> = {}
  try {
    for (const pair of text.split(',').filter((part) => part.trim() !== '')) {
      const [name = '', ...rest] = pair.split('=')
      const value = decodeURIComponent(rest.join('=').trim())
      validateHeaderName(name.trim())
      validateHeaderValue(name.trim(), value)
      headers[name.trim()] = value
    }
    return headers
  } catch {
    return undefined
  }
}

const parseCompression = (text: string): Compression | undefined =>
  text === 'none' || text === 'gzip' || (text === 'zstd' && HAS_ZSTD) ? text : undefined

function parseMillis(text: string): number | undefined {
  const millis = Number(text)
  return Number.isInteger(millis) && millis > 0 && millis <= LONGEST_TIMER ? millis : undefined
}

const parseProtocol = (text: string): EnvSettings['protocol'] =>
  text === 'http/protobuf' || text === 'http/json' ? text : undefined
