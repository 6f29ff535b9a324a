import { DiagLogLevel } from '@opentelemetry/api'
import type { SessionBackend } from '@otel-sessions/exporter'
import { BACKENDS, type BackendName } from '@otel-sessions/exporter/backends'
import {
  ignore,
  type Names,
  nameOf,
  readBoolean,
  readList,
  readNumber,
  readText,
  servedName,
} from './variables.ts'

/** Where traces are sent. */
type ExporterName = 'otlp' | 'console'
/** What propagates contexts to other processes. */
export type PropagatorName = 'tracecontext' | 'baggage'
/** What describes the process. */
export type DetectorName = 'env' | 'host' | 'os' | 'process' | 'serviceinstance'
/** What decides which traces are sampled. */
export type SamplerName =
  | 'always_on'
  | 'always_off'
  | 'traceidratio'
  | 'parentbased_always_on'
  | 'parentbased_always_off'
  | 'parentbased_traceidratio'

/** Limits of spans, as the SDK takes them. */
interface SpanLimits {
  readonly attributeCountLimit?: number
  readonly attributeValueLengthLimit?: number
  readonly eventCountLimit?: number
  readonly linkCountLimit?: number
  readonly attributePerEventCountLimit?: number
  readonly attributePerLinkCountLimit?: number
}

/** What is taken from the environment whoever makes the spans. */
export interface CommonEnvironment {
  readonly isDisabled: boolean
  readonly backends: readonly SessionBackend[]
  readonly backfill: boolean
  readonly autoInstrument: boolean | undefined
}

/** What `registerSessions` takes from the environment, beside what stamping, delivery and the resource read. */
export interface RegisterEnvironment extends CommonEnvironment {
  readonly exporters: readonly ExporterName[]
  readonly propagators: readonly PropagatorName[]
  readonly detectors: readonly DetectorName[]
  readonly sampler: SamplerName
  readonly samplerRatio: number
  readonly spanLimits: SpanLimits
  readonly directory: string | undefined
}

const EXPORTERS: Names<ExporterName | 'none'> = {
  served: ['otlp', 'console', 'none'],
  unserved: ['zipkin', 'jaeger', 'logging', 'prometheus'],
  remedy: 'For another exporter, set up a provider of your own, with sessionProcessors',
}

const PROPAGATORS: Names<PropagatorName | 'none'> = {
  served: ['tracecontext', 'baggage', 'none'],
  unserved: ['b3', 'b3multi', 'jaeger', 'xray', 'xray-lambda', 'ottrace'],
  remedy: 'Call propagation.setGlobalPropagator before registerSessions; it is kept',
}

const DETECTORS: Names<DetectorName | 'all' | 'none'> = {
  served: ['env', 'host', 'os', 'process', 'serviceinstance', 'all', 'none'],
  unserved: ['container', 'aws', 'azure', 'gcp', 'alibaba'],
  remedy: 'Other attributes of the resource belong in OTEL_RESOURCE_ATTRIBUTES',
}

const SAMPLERS: Names<SamplerName> = {
  served: [
    'always_on',
    'always_off',
    'traceidratio',
    'parentbased_always_on',
    'parentbased_always_off',
    'parentbased_traceidratio',
  ],
  unserved: ['jaeger_remote', 'parentbased_jaeger_remote', 'xray', 'parentbased_xray'],
  remedy: 'For another sampler, set up a provider of your own, with sessionProcessors',
}

/** Of the specification; the names of the JavaScript SDK behind them. */
const LIMITS = {
  attributeCountLimit: ['OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', 'OTEL_ATTRIBUTE_COUNT_LIMIT'],
  attributeValueLengthLimit: ['OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT', 'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'],
  eventCountLimit: ['OTEL_SPAN_EVENT_COUNT_LIMIT'],
  linkCountLimit: ['OTEL_SPAN_LINK_COUNT_LIMIT'],
  attributePerEventCountLimit: [
    'OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT',
    'OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT',
  ],
  attributePerLinkCountLimit: ['OTEL_LINK_ATTRIBUTE_COUNT_LIMIT', 'OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT'],
} satisfies Record<keyof SpanLimits, string[]>

/** Variables that have an effect elsewhere and none here, with the remedy. */
const WITHOUT_EFFECT: Readonly<Record<string, string>> = {
  OTEL_BSP_MAX_QUEUE_SIZE: 'the queue is limited in bytes, by the options maxMemoryBytes and maxBytes',
  OTEL_CONFIG_FILE: 'no configuration files are read; set the variables, or the options of registerSessions',
  OTEL_EXPERIMENTAL_CONFIG_FILE:
    'no configuration files are read; set the variables, or the options of registerSessions',
}

const OWN = [
  'OTEL_SESSIONS_BACKENDS',
  'OTEL_SESSIONS_BACKFILL',
  'OTEL_SESSIONS_DIRECTORY',
  'OTEL_SESSIONS_AUTO_INSTRUMENT',
]

/** Reads the environment. Never throws: each variable that cannot be served is logged once, with the remedy. */
export function readEnvironment(): RegisterEnvironment {
  for (const [name, why] of Object.entries(WITHOUT_EFFECT)) if (readText(name)) ignore(name, why)
  return {
    ...readCommonEnvironment(),
    exporters: readNames('OTEL_TRACES_EXPORTER', EXPORTERS, ['otlp']),
    propagators: readPropagators(),
    detectors: readDetectors(),
    ...readSampler(),
    spanLimits: readLimits(),
    directory: readDirectory(),
  }
}

/**
 * Reads only what is not for the provider, because beside another SDK that one serves the other variables. Never throws:
 * each variable that cannot be served is logged once, with the remedy.
 */
export function readCommonEnvironment(): CommonEnvironment {
  const unknown = Object.keys(process.env).filter(
    (name) => /^OTEL_SESSIONS_/i.test(name) && !OWN.includes(name) && readText(name),
  )
  for (const name of unknown) ignore(name, `there is no such variable; there are ${OWN.join(', ')}`)
  return {
    isDisabled: readBoolean('OTEL_SDK_DISABLED') ?? false,
    backends: readBackends(),
    backfill: readBoolean('OTEL_SESSIONS_BACKFILL') ?? true,
    autoInstrument: readBoolean('OTEL_SESSIONS_AUTO_INSTRUMENT'),
  }
}

/** Reads the propagators. Names that are not served are reported unless another SDK may serve them. */
export function readPropagators(isReported = true): PropagatorName[] {
  return readNames('OTEL_PROPAGATORS', PROPAGATORS, ['tracecontext', 'baggage'], isReported)
}

const LEVELS = {
  none: DiagLogLevel.NONE,
  error: DiagLogLevel.ERROR,
  warn: DiagLogLevel.WARN,
  info: DiagLogLevel.INFO,
  debug: DiagLogLevel.DEBUG,
  verbose: DiagLogLevel.VERBOSE,
  all: DiagLogLevel.ALL,
}

/** The least level that is logged. */
export function readLogLevel(): DiagLogLevel {
  const name = 'OTEL_LOG_LEVEL'
  const text = readText(name)
  const served = Object.keys(LEVELS) as (keyof typeof LEVELS)[]
  const level =
    text === undefined ? undefined : nameOf(name, text, { served, unserved: [], remedy: 'It is warn' })
  return level === undefined ? DiagLogLevel.WARN : LEVELS[level]
}

/** The names of a list. `none` excludes all others; without a name that is served, those by default. */
function readNames<Name extends string>(
  name: string,
  names: Names<Name | 'none'>,
  byDefault: readonly Name[],
  isReported = true,
): Name[] {
  const members = readList(name) ?? byDefault
  const find = isReported
    ? (member: string) => nameOf(name, member, names)
    : (member: string) => servedName(member, names)
  const found = members.map(find).filter((each) => each !== undefined)
  if (found.includes('none')) return []
  return found.length > 0 ? [...new Set(found as Name[])] : [...byDefault]
}

function readDetectors(): DetectorName[] {
  const names = readNames('OTEL_NODE_RESOURCE_DETECTORS', DETECTORS, ['host', 'process', 'env'])
  const all: DetectorName[] = ['host', 'os', 'serviceinstance', 'process', 'env']
  // In this order, so that what the environment says takes precedence.
  return all.filter((each) => names.includes('all') || names.includes(each))
}

function readSampler(): Pick<RegisterEnvironment, 'sampler' | 'samplerRatio'> {
  const text = readText('OTEL_TRACES_SAMPLER')
  const found = text === undefined ? undefined : nameOf('OTEL_TRACES_SAMPLER', text, SAMPLERS)
  const sampler = found ?? 'parentbased_always_on'
  const samplerRatio = sampler.endsWith('ratio') ? readNumber('OTEL_TRACES_SAMPLER_ARG', 1, false) : undefined
  return { sampler, samplerRatio: samplerRatio ?? 1 }
}

function readLimits(): SpanLimits {
  const limits: Record<string, number> = {}
  for (const [limit, names] of Object.entries(LIMITS)) {
    for (const name of names) {
      const value = readNumber(name, Number.MAX_SAFE_INTEGER, true)
      if (value !== undefined) limits[limit] ??= value
    }
  }
  return limits
}

function readBackends(): SessionBackend[] {
  const name = 'OTEL_SESSIONS_BACKENDS'
  const served = Object.keys(BACKENDS) as BackendName[]
  const remedy = 'For a backend of your own, use the option backends'
  const names = (readList(name) ?? []).map((member) => nameOf(name, member, { served, unserved: [], remedy }))
  return [...new Set(names)].flatMap((each) => (each === undefined ? [] : BACKENDS[each]))
}

function readDirectory(): string | undefined {
  const name = 'OTEL_SESSIONS_DIRECTORY'
  const directory = readText(name)
  if (directory === undefined || !/^(~|file:)/.test(directory)) return directory
  return ignore(name, "it must be a path; '~' and 'file:' are not expanded")
}
