import { type Family, FIELDS, type Field, MARKERS } from './families.ts'

/** The table for one combination of families: the names of each field, in the order in which they are read. */
export interface UsagePlan extends Readonly<Record<Field, readonly string[]>> {
  /** Whether Langfuse's JSON of usage and cost is read. */
  readonly details: boolean
}

const FAMILIES = Object.keys(MARKERS) as Exclude<Family, 'any'>[]

/** Each family's bit and its marks. */
export const MARKS: readonly { readonly bit: number; readonly names: readonly string[] }[] = FAMILIES.map(
  (family, index) => ({ bit: 1 << index, names: MARKERS[family] }),
)

const plans: (UsagePlan | undefined)[] = new Array(1 << FAMILIES.length).fill(undefined)

/** The plan for the families whose bits are set; there are few combinations, so each is made once. */
export function planFor(families: number): UsagePlan {
  plans[families] ??= makePlan(families)
  return plans[families]
}

function makePlan(families: number): UsagePlan {
  const has = (family: Family) => family === 'any' || (families & (1 << FAMILIES.indexOf(family))) !== 0
  const fields = Object.entries(FIELDS).map(([field, byFamily]) => [
    field,
    (Object.keys(byFamily) as Family[]).filter(has).flatMap((family) => byFamily[family] ?? []),
  ])
  return { ...Object.fromEntries(fields), details: has('langfuse') } as UsagePlan
}
