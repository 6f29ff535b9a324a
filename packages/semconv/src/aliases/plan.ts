import { kindOf } from '../internal/toolbox/option-checks.ts'
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
  /** By character code: 0 for a US-ASCII character in which no key of the table ends. */
  readonly endings: Uint8Array
}

/** The value of an `aliases` option: attribute names, or entries as in `SESSION_ALIASES`. */
export type SessionAliases = readonly (string | SessionAlias)[]

const plans = new WeakMap<SessionAliases, AliasPlan>()

/**
 * Returns the plan for an alias table, made once for each array. Invalid entries are ignored; `aliasesProblem` checks
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
  for (const alias of aliases) {
    if (aliasProblem(alias) !== undefined) continue
    const { key, in: place, concept }: SessionAlias = typeof alias === 'string' ? { key: alias } : alias
    const isInJson = place === 'metadata-json'
    const ranks = isInJson ? json : attributes
    const name = isInJson ? key.slice(METADATA_PREFIX.length) : key
    if (!ranks.has(name)) ranks.set(name, table.length)
    if (hasConcepts && concept) conceptStarts[concept] ??= table.length
    endings[key.charCodeAt(key.length - 1)] = 1
    table.push({ key, in: place, concept: hasConcepts ? concept : undefined })
  }
  return { table, attributes, json, bestJsonRank: Math.min(...json.values()), conceptStarts, endings }
}

/** Describes what is wrong with an alias table, to follow "option aliases"; undefined if nothing is. */
export function aliasesProblem(aliases: unknown): string | undefined {
  if (!Array.isArray(aliases)) return `must be an array, it is ${kindOf(aliases)}`
  const index = aliases.findIndex((alias) => aliasProblem(alias) !== undefined)
  return index < 0 ? undefined : `has ${aliasProblem(aliases[index])} at index ${index}`
}

function aliasProblem(alias: unknown): string | undefined {
  if (typeof alias === 'string') return alias === '' ? 'an empty name' : undefined
  if (typeof alias !== 'object' || alias === null) return kindOf(alias)
  const { key, in: place = 'attribute' } = alias as Partial<SessionAlias>
  if (typeof key !== 'string' || key === '') return 'an entry without a key'
  if (place !== 'attribute' && place !== 'metadata-json')
    return 'an entry whose "in" is neither attribute nor metadata-json'
  if (place === 'metadata-json' && !key.startsWith(METADATA_PREFIX)) {
    return `an entry in metadata-json whose key does not begin with "${METADATA_PREFIX}"`
  }
  return undefined
}
