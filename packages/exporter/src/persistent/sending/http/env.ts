import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { LONGEST_TIMER_MILLIS } from '@otel-sessions/semconv/internal'
import type { Compression } from '../../options.ts'
import { nameOfError } from '../messages.ts'
import { httpUrl } from './endpoint.ts'
import { headersOf, isHeader, nameInMessage } from './headers.ts'
import { ValueError } from './option-failure.ts'
import { hasZstd } from './transport.ts'

/** Where and how the environment has traces sent. Variables that are not set are left out. */
export interface EnvSettings {
  url?: string
  headers?: Readonly<Record<string, string>>
  compression?: Compression
  timeoutMillis?: number
  protocol?: 'http/protobuf' | 'http/json'
  /** The contents of the files that the environment names: certificates, and the key of a client. */
  tls?: { ca?: Buffer; cert?: Buffer; key?: Buffer }
  scheduledDelayMillis?: number
  maxExportBatchSize?: number
  exportTimeoutMillis?: number
}

/** Environment variables, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

const TLS_FILES = [
  ['ca', 'CERTIFICATE'],
  ['cert', 'CLIENT_CERTIFICATE'],
  ['key', 'CLIENT_KEY'],
] as const

// The variables of the stock BatchSpanProcessor, with the ranges of our options.
const BATCHING = [
  ['scheduledDelayMillis', 'OTEL_BSP_SCHEDULE_DELAY', 0, LONGEST_TIMER_MILLIS],
  ['maxExportBatchSize', 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 1, 65_536],
  ['exportTimeoutMillis', 'OTEL_BSP_EXPORT_TIMEOUT', 1, LONGEST_TIMER_MILLIS],
] as const

const isCompression = (value: string): value is Compression =>
  value === 'none' || value === 'gzip' || (value === 'zstd' && hasZstd)

const isProtocol = (value: string): value is 'http/protobuf' | 'http/json' =>
  value === 'http/protobuf' || value === 'http/json'

function parseBaseUrl(value: string): URL | undefined {
  const url = httpUrl(value)
  if (url !== undefined) url.pathname += url.pathname.endsWith('/') ? 'v1/traces' : '/v1/traces'
  return url
}

function parseNumber(value: string, least: number, most: number): number | undefined {
  const number = Number(value)
  return Number.isInteger(number) && number >= least && number <= most ? number : undefined
}

/**
 * Parses one `name=value` of a list in W3C baggage format. Properties, which follow a semicolon, are ignored.
 *
 * @throws ValueError that has the name only if it is valid: a token with a comma has members that are parts of it
 */
function parseHeader(member: string): Record<string, string> {
  const [name = '', ...rest] = (member.split(';')[0] ?? '').split('=')
  const decoded = decode(name)
  if (rest.length === 0 || decoded === undefined || !isHeader(decoded, '')) {
    throw new ValueError('it has no "=" or no valid name')
  }
  const value = decode(rest.join('='))
  if (!isHeader(decoded, value)) throw new ValueError(`the value of ${nameInMessage(decoded)} is not valid`)
  return headersOf({ [decoded]: value })
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.trim())
  } catch {
    return undefined
  }
}

function readTls(env: Environment, problems: string[]): EnvSettings['tls'] {
  const tls: NonNullable<EnvSettings['tls']> = {}
  for (const [option, suffix] of TLS_FILES) {
    const names = [`OTEL_EXPORTER_OTLP_TRACES_${suffix}`, `OTEL_EXPORTER_OTLP_${suffix}`]
    const name = names.find((one) => env[one]?.trim())
    if (name === undefined) continue
    try {
      tls[option] = readFileSync(resolve(env[name]?.trim() ?? ''))
    } catch (error) {
      problems.push(`${name} is ignored: the file cannot be read (${nameOfError(error)})`)
    }
  }
  return Object.keys(tls).length > 0 ? tls : undefined
}

/** A name that is served, in any case, as the specification has it for names. */
function lowerCase<T extends string>(value: string, isServed: (value: string) => value is T): T | undefined {
  const lower = value.toLowerCase()
  return isServed(lower) ? lower : undefined
}

/**
 * Reads `OTEL_EXPORTER_OTLP_*` for traces, and `OTEL_BSP_*` for batches. `OTEL_EXPORTER_OTLP_TRACES_*` takes precedence;
 * headers of both are merged.
 *
 * @returns the settings, and the problems of variables that are ignored. A problem does not repeat the variable's value,
 *   which may contain a key.
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
    read('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', httpUrl, wantedUrl) ??
    read('OTEL_EXPORTER_OTLP_ENDPOINT', parseBaseUrl, wantedUrl)
  if (url !== undefined) settings.url = url.href

  for (const name of ['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_TRACES_HEADERS']) {
    for (const member of env[name]?.split(',') ?? []) {
      if (member.trim() === '') continue
      try {
        settings.headers = { ...settings.headers, ...parseHeader(member) }
      } catch (error) {
        const reason = error instanceof ValueError ? error.message : nameOfError(error)
        problems.push(`a member of ${name} is ignored: ${reason}; it must be "name=value", percent-encoded`)
      }
    }
  }

  const wantedCompression = hasZstd ? 'none, gzip or zstd' : 'none or gzip; zstd needs Node 22.15'
  const compression = readBoth('COMPRESSION', (value) => lowerCase(value, isCompression), wantedCompression)
  if (compression !== undefined) settings.compression = compression

  const timeoutMillis = readBoth(
    'TIMEOUT',
    (value) => parseNumber(value, 1, LONGEST_TIMER_MILLIS),
    'a whole number of milliseconds above 0',
  )
  if (timeoutMillis !== undefined) settings.timeoutMillis = timeoutMillis

  const protocol = readBoth(
    'PROTOCOL',
    (value) => lowerCase(value, isProtocol),
    'http/protobuf or http/json. For gRPC, take the port of the endpoint for OTLP/HTTP, usually 4318',
  )
  if (protocol !== undefined) settings.protocol = protocol

  const tls = readTls(env, problems)
  if (tls !== undefined) settings.tls = tls
  for (const [option, name, least, most] of BATCHING) {
    const wanted = `a whole number from ${least} to ${most}`
    const number = read(name, (value) => parseNumber(value, least, most), wanted)
    if (number !== undefined) settings[option] = number
  }
  return { settings, problems: [...new Set(problems)] }
}
