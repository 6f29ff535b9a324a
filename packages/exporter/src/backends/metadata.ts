import { METADATA_MAX_LENGTH } from '@otel-sessions/semconv'
import { readMetadata } from '@otel-sessions/semconv/internal'
import type { BackendProblem } from './backend.ts'
import { type MetadataPlan, PROTOTYPE_NAMES } from './plan.ts'

/** The metadata of a span in the forms of all backends. */
export interface PreparedMetadata {
  /** The attributes to write, in order. */
  readonly entries: Entries
  /** What is left out, for which backend, and what the message names. */
  readonly problems: readonly (readonly [
    backend: string,
    problem: BackendProblem,
    what: string | undefined,
  ])[]
}

type Entries = (readonly [key: string, value: unknown])[]
type Metadata = Readonly<Record<string, unknown>>
type Problems = Map<BackendProblem, string | undefined>

/** How many metadata keys become attributes: OpenTelemetry's default limit of attributes for a span. */
const MAX_KEYS = 128

/** How many metadata strings are remembered. The spans of a scope have the same. */
const MAX_REMEMBERED = 64

/** Prepares `metadata` attributes, and remembers the last ones. Never throws, whatever they are. */
export function metadataPreparer(plans: readonly MetadataPlan[]): (metadata: unknown) => PreparedMetadata {
  const remembered = new Map<string, PreparedMetadata>()
  return (metadata) => {
    const known = typeof metadata === 'string' ? remembered.get(metadata) : undefined
    if (known !== undefined) return known
    const json = jsonOf(metadata)
    if (json === undefined) return nothing(plans, 'metadata-unserialisable')
    const made = prepare(plans, json)
    // Longer ones are not stamped by the processor, and would make the memory use unbounded.
    if (typeof metadata === 'string' && metadata.length <= METADATA_MAX_LENGTH) {
      if (remembered.size === MAX_REMEMBERED) remembered.delete(remembered.keys().next().value as string)
      remembered.set(metadata, made)
    }
    return made
  }
}

/** SDK 3 allows objects. They are converted to JSON first, so that getters and cycles fail here. */
function jsonOf(metadata: unknown): string | undefined {
  if (typeof metadata === 'string') return metadata
  try {
    return JSON.stringify(metadata) as string | undefined
  } catch {
    return undefined
  }
}

const nothing = (plans: readonly MetadataPlan[], problem: BackendProblem): PreparedMetadata => ({
  entries: [],
  problems: plans.map(({ name }) => [name, problem, undefined]),
})

function prepare(plans: readonly MetadataPlan[], json: string): PreparedMetadata {
  const read = readMetadata(json)
  if (!read.ok) {
    return nothing(plans, read.reason === 'too-long' ? 'metadata-too-long' : 'metadata-not-an-object')
  }
  const entries = new Map<string, unknown>()
  const problems: [string, BackendProblem, string | undefined][] = []
  for (const plan of plans) {
    const found: Problems = new Map()
    for (const [key, value] of entriesOf(plan, read.value, json, found)) {
      if (!entries.has(key)) entries.set(key, value)
    }
    for (const [problem, what] of found) problems.push([plan.name, problem, what])
  }
  return { entries: [...entries], problems }
}

function entriesOf(plan: MetadataPlan, metadata: Metadata, json: string, problems: Problems): Entries {
  try {
    return plan.form === 'json' ? asJson(plan, metadata, json, problems) : asKeys(plan, metadata, problems)
  } catch {
    // Deeply nested JSON can be parsed, but not always written again.
    problems.set('metadata-unserialisable', undefined)
    return []
  }
}

function asJson(
  { key, reserved }: MetadataPlan & { form: 'json' },
  metadata: Metadata,
  json: string,
  problems: Problems,
): Entries {
  const all = Object.entries(metadata)
  const kept = all.filter(([name]) => !isReserved(name, name, reserved, problems))
  if (kept.length === 0) return []
  return [[key, kept.length === all.length ? json : JSON.stringify(Object.fromEntries(kept))]]
}

function asKeys(
  { prefix, reserved }: MetadataPlan & { form: 'attributes' },
  metadata: Metadata,
  problems: Problems,
): Entries {
  const entries: Entries = []
  for (const [name, value] of Object.entries(metadata)) {
    const key = prefix + name
    // A number like 1e999 would be written as null.
    if (value === null || (typeof value === 'number' && !Number.isFinite(value))) continue
    if (isReserved(name, key, reserved, problems)) continue
    if (entries.length === MAX_KEYS) problems.set('metadata-too-many', undefined)
    else entries.push([key, typeof value === 'object' ? JSON.stringify(value) : value])
  }
  return entries
}

/** Whether a key would name the session or the user, or reach a prototype of an object. */
function isReserved(name: string, key: string, reserved: ReadonlySet<string>, problems: Problems): boolean {
  const segments = key.split('.')
  const what = reserved.has(key) ? key : PROTOTYPE_NAMES.find((each) => segments.includes(each))
  if (name !== '' && what === undefined) return false
  // Unless it is a known attribute, the key is not logged: it may hold personal data.
  problems.set('metadata-key', what ?? 'empty')
  return true
}
