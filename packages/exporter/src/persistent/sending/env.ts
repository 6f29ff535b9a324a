import { hasZstd } from './compress.ts'
import { checkHeaders } from './headers.ts'
import type { Compression } from './types.ts'

/** What the environment says of where and how traces are sent; what it does not say is left out. */
export interface EnvSettings {
  url?: string
  headers?: Readonly<Record<string, string>>
  compression?: Compression
  timeoutMillis?: number
  protocol?: 'http/protobuf' | 'http/json'
}

/** The variables of a process, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>

const isCompression = (value: string): value is Compression =>
  value === 'none' || value === 'gzip' || (value === 'zstd' && hasZstd)

const isProtocol = (value: string): value is 'http/protobuf' | 'http/json' =>
  value === 'http/protobuf' || value === 'http/json'

function parseUrl(value: string): URL | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : undefined
}

function parseUrlOfAll(value: string): URL | undefined {
  const url = parseUrl(value)
  if (url !== undefined) url.pathname += url.pathname.endsWith('/') ? 'v1/traces' : '/v1/traces'
  return url
}

function parseTimeout(value: string): number | undefined {
  const millis = Number(value)
  return Number.isInteger(millis) && millis > 0 && millis < 2 ** 31 ? millis : undefined
}

/** `k=v,k2=v2`, as W3C baggage without properties; names in lower case. Undefined if any of it cannot be read. */
function parseHeaders(value: string): Record<string, string> | undefined {
  const headers: Record<string, string> = {}
  try {
    for (const member of value.split(',')) {
      if (member.trim() === '') continue
      const [name, ...rest] = member.split('=')
      if (name === undefined || rest.length === 0) return undefined
      headers[decodeURIComponent(name.trim())] = decodeURIComponent(rest.join('=').trim())
    }
    return checkHeaders(headers)
  } catch {
    return undefined
  }
}

/**
 * What `OTEL_EXPORTER_OTLP_*` says for traces. `OTEL_EXPORTER_OTLP_TRACES_*` goes before it; headers are united.
 *
 * @returns the settings, and what is wrong with variables that cannot be used and are ignored. What they say is not
 * repeated there: it may hold a key.
 */
export function readEnv(env: Environment): { settings: EnvSettings; problems: readonly string[] } {
  const settings: EnvSettings = {}
  const problems: string[] = []
  const read = <T>(name: string, parse: (value: string) => T | undefined, wanted: string): T | undefined => {
    const value = env[name]?.trim()
    if (value === undefined || value === '') return undefined
    const parsed = parse(value)
    if (parsed === undefined) problems.push(`${name} is ignored: it is not ${wanted}`)
    return parsed
  }
  const readBoth = <T>(name: string, parse: (value: string) => T | undefined, wanted: string) => {
    const ofTraces = read(`OTEL_EXPORTER_OTLP_TRACES_${name}`, parse, wanted)
    return ofTraces ?? read(`OTEL_EXPORTER_OTLP_${name}`, parse, wanted)
  }

  const wantedUrl = 'an http or https URL'
  const url =
    read('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', parseUrl, wantedUrl) ??
    read('OTEL_EXPORTER_OTLP_ENDPOINT', parseUrlOfAll, wantedUrl)
  if (url !== undefined) settings.url = url.href

  const wantedHeaders = 'a list of headers such as "name=value,name2=value2", percent-encoded'
  const headersOfAll = read('OTEL_EXPORTER_OTLP_HEADERS', parseHeaders, wantedHeaders)
  const headersOfTraces = read('OTEL_EXPORTER_OTLP_TRACES_HEADERS', parseHeaders, wantedHeaders)
  if (headersOfAll ?? headersOfTraces) settings.headers = { ...headersOfAll, ...headersOfTraces }

  const wantedCompression = hasZstd ? 'none, gzip or zstd' : 'none or gzip; zstd needs Node 22.15'
  const compression = readBoth('COMPRESSION', (v) => (isCompression(v) ? v : undefined), wantedCompression)
  if (compression !== undefined) settings.compression = compression

  const timeoutMillis = readBoth('TIMEOUT', parseTimeout, 'a whole number of milliseconds above 0')
  if (timeoutMillis !== undefined) settings.timeoutMillis = timeoutMillis

  const protocol = readBoth('PROTOCOL', (v) => (isProtocol(v) ? v : undefined), 'http/protobuf or http/json')
  if (protocol !== undefined) settings.protocol = protocol
  return { settings, problems }
}
