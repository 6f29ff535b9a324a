import { ATTR_METADATA } from '../attributes.ts'
import { METADATA_PREFIX, SESSION_ALIASES, type SessionAlias, type SessionAliasConcept } from './table.ts'

/** An entry of a table. */
export interface PlannedAlias extends Pick<SessionAlias, 'key' | 'in'> {
  /** Only in the default table: the application's has an order of its own. */
  readonly concept: SessionAlias['concept']
}

/** An alias table prepared for reading: the rank of each attribute. The lowest rank wins. */
export interface AliasPlan {
  /** The valid entries, in the order of precedence. */
  readonly table: readonly PlannedAlias[]
  /** Rank by attribute. */
  readonly attributes: ReadonlyMap<string, number>
  /** Rank by key inside the JSON of `metadata`. */
  readonly json: ReadonlyMap<string, number>
  /** The lowest rank inside the JSON. An attribute with a lower one makes reading the JSON unnecessary. */
  readonly bestJsonRank: number
  /** The lowest rank of each concept. */
  readonly conceptStarts: Readonly<Partial<Record<SessionAliasConcept, number>>>
  /** By character code: 0 for a US-ASCII character in which no attribute with an alias ends. */
  readonly endings: Uint8Array
}

/** The value of an `aliases` option: attribute names, or entries as in `SESSION_ALIASES`. */
export type SessionAliases = readonly (string | SessionAlias)[]

const plans = new WeakMap<SessionAliases, AliasPlan>()

/**
 * Returns the plan for an alias table, made once for each array. Invalid entries are ignored; `checkIdOptions` checks
 * the option.
 */
export function planAliases(aliases: SessionAliases = SESSION_ALIASES): AliasPlan {
  const made = plans.get(aliases)
  if (made !== undefined) return made
  const plan = makePlan(aliases)
  plans.set(aliases, plan)
  return plan
}

function makePlan(aliases: SessionAliases): AliasPlan {
  const hasConcepts = aliases === SESSION_ALIASES
  const table: PlannedAlias[] = []
  const attributes = new Map<string, number>()
  const json = new Map<string, number>()
  const conceptStarts: Partial<Record<SessionAliasConcept, number>> = {}
  const endings = new Uint8Array(128)
  const noteEnding = (name: string) => {
    endings[name.charCodeAt(name.length - 1)] = 1
  }
  // Its JSON may contain aliases.
  noteEnding(ATTR_METADATA)
  for (const alias of aliases) {
    if (!isAlias(alias)) continue
    const { key, in: place, concept }: SessionAlias = typeof alias === 'string' ? { key: alias } : alias
    const isInJson = place === 'metadata-json'
    const ranks = isInJson ? json : attributes
    const name = isInJson ? key.slice(METADATA_PREFIX.length) : key
    if (!ranks.has(name)) ranks.set(name, table.length)
    if (hasConcepts && concept) conceptStarts[concept] ??= table.length
    noteEnding(key)
    table.push({ key, in: place, concept: hasConcepts ? concept : undefined })
  }
  return { table, attributes, json, bestJsonRank: Math.min(...json.values()), conceptStarts, endings }
}

/** Whether a value is a valid entry of an alias table. */
export function isAlias(alias: unknown): alias is string | SessionAlias {
  if (typeof alias === 'string') return alias !== ''
  const { key, in: place = 'attribute' } = Object(alias) as Partial<SessionAlias>
  if (typeof key !== 'string' || key === '') return false
  return place === 'attribute' || (place === 'metadata-json' && key.startsWith(METADATA_PREFIX))
}
