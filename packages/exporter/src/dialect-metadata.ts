import { METADATA_MAX_LENGTH } from '@otel-sessions/semconv'
import { readMetadata } from '@otel-sessions/semconv/internal'
import { PROTOTYPE_NAMES } from './dialect-keys.ts'
import type { MetadataPlan } from './dialect-plan.ts'
import type { DialectReason } from './dialect-problems.ts'

/** A span's metadata in the forms of all dialects. */
export interface PreparedMetadata {
  /** The attributes to write, in their order. */
  readonly keys: readonly string[]
  readonly entries: Readonly<Record<string, unknown>>
  /** What is left out, for whom, and what more may be said of it. */
  readonly problems: readonly (readonly [dialect: string, reason: DialectReason, what: string | undefined])[]
}

type Metadata = Readonly<Record<string, unknown>>
type Reasons = Map<DialectReason, string | undefined>

/** How many metadata keys become attributes: as many as OpenTelemetry lets a span have, unless told otherwise. */
const MOST_KEYS = 128

/** How many different metadata strings are remembered; spans of one scope share theirs. */
const REMEMBERED = 64

/** Prepares `metadata` attributes; remembers the last ones. Never throws, whatever they are. */
export function metadataPreparer(plans: readonly MetadataPlan[]): (metadata: unknown) => PreparedMetadata {
  const remembered = new Map<string, PreparedMetadata>()
  return (metadata) => {
    const known = typeof metadata === 'string' ? remembered.get(metadata) : undefined
    if (known !== undefined) return known
    const json = jsonOf(metadata)
    if (json === undefined) return nothing(plans, 'metadata-unserialisable')
    const made = prepare(plans, json)
    // A longer one is not ours, and would make the memory as large as somebody likes.
    if (typeof metadata === 'string' && metadata.length <= METADATA_MAX_LENGTH) {
      if (remembered.size === REMEMBERED) remembered.delete(remembered.keys().next().value as string)
      remembered.set(metadata, made)
    }
    return made
  }
}

/** By way of JSON, so that an object, as SDK 3 permits, is read like a string: getters, cycles and all. */
function jsonOf(metadata: unknown): string | undefined {
  if (typeof metadata === 'string') return metadata
  try {
    return JSON.stringify(metadata) as string | undefined
  } catch {
    return undefined
  }
}

const nothing = (plans: readonly MetadataPlan[], reason: DialectReason): PreparedMetadata => ({
  keys: [],
  entries: {},
  problems: plans.map(({ name }) => [name, reason, undefined]),
})

function prepare(plans: readonly MetadataPlan[], json: string): PreparedMetadata {
  const read = readMetadata(json)
  if (!read.ok) {
    return nothing(plans, read.reason === 'too-long' ? 'metadata-too-long' : 'metadata-not-an-object')
  }
  const entries = new Map<string, unknown>()
  const problems: [string, DialectReason, string | undefined][] = []
  for (const plan of plans) {
    const reasons: Reasons = new Map()
    for (const [key, value] of written(plan, read.value, json, reasons)) {
      if (!entries.has(key)) entries.set(key, value)
    }
    for (const [reason, what] of reasons) problems.push([plan.name, reason, what])
  }
  return { keys: [...entries.keys()], entries: Object.fromEntries(entries), problems }
}

type Made = (readonly [key: string, value: unknown])[]

function written(plan: MetadataPlan, metadata: Metadata, json: string, reasons: Reasons): Made {
  try {
    return plan.form === 'json' ? asJson(plan, metadata, json, reasons) : asKeys(plan, metadata, reasons)
  } catch {
    // What is deep can be parsed, and not be written again.
    reasons.set('metadata-unserialisable', undefined)
    return []
  }
}

function asJson(
  { key, reserved }: MetadataPlan & { form: 'json' },
  metadata: Metadata,
  json: string,
  reasons: Reasons,
): Made {
  const all = Object.entries(metadata)
  const kept = all.filter(([name]) => !isRefused(name, name, reserved, reasons))
  if (kept.length === 0) return []
  return [[key, kept.length === all.length ? json : JSON.stringify(Object.fromEntries(kept))]]
}

function asKeys(
  { prefix, reserved }: MetadataPlan & { form: 'attributes' },
  metadata: Metadata,
  reasons: Reasons,
): Made {
  const made: Made = []
  for (const [name, value] of Object.entries(metadata)) {
    const key = prefix + name
    // JSON that is written again has null for a number like 1e999.
    if (value === null || (typeof value === 'number' && !Number.isFinite(value))) continue
    if (isRefused(name, key, reserved, reasons)) continue
    if (made.length === MOST_KEYS) reasons.set('metadata-too-many', undefined)
    else made.push([key, typeof value === 'object' ? JSON.stringify(value) : value])
  }
  return made
}

/** A key that would name the session or the user, or by which an object's prototype is reached. */
function isRefused(name: string, key: string, reserved: ReadonlySet<string>, reasons: Reasons): boolean {
  const segments = key.split('.')
  const what = reserved.has(key) ? key : PROTOTYPE_NAMES.find((each) => segments.includes(each))
  if (name !== '' && what === undefined) return false
  // Not the whole key, unless it is a known attribute: it may be anybody's name.
  reasons.set('metadata-key', what ?? 'empty')
  return true
}
