import { OURS, SCOPES, STAMPERS } from '../libraries/all.ts'
import { ENTERING } from '../measure/entering.ts'
import { FRONT } from '../measure/front.ts'
import type { Row } from '../measure/measurement.ts'
import { STAMPING } from '../measure/stamping.ts'
import { VALIDATION } from '../measure/validation.ts'
import type { Options } from './options.ts'

/** The rows to measure, in printing order. */
export function plan({ names, quick }: Options): Row[] {
  const stamping = Object.keys(STAMPERS).filter((variant) => !quick || !isMoreThanStamping(variant))
  const entering = Object.keys(ENTERING).filter((name) => !quick || !name.endsWith('async'))
  const rows = [
    ...Object.keys(STAMPING).flatMap((name) => rowsOf('stamping', name, stamping)),
    ...entering.flatMap((name) => rowsOf('entering', name, Object.keys(SCOPES))),
    ...Object.keys(VALIDATION).flatMap((name) => rowsOf('validation', name, [OURS])),
    ...FRONT.flatMap((name) => rowsOf('front', name, [OURS])),
  ]
  return rows.filter((row) => names.length === 0 || names.some((name) => nameOf(row).includes(name)))
}

/** A row's name, by which the command line selects it. */
export const nameOf = ({ table, circumstances, variant }: Row): string =>
  `${table}, ${circumstances}: ${variant}`

const rowsOf = (table: Row['table'], circumstances: string, variants: readonly string[]): Row[] =>
  variants
    .filter((variant) => !circumstances.startsWith('outside') || !isMoreThanStamping(variant))
    .map((variant) => ({ table, circumstances, variant }))

/** The variant also exports, or wraps the tracer; it is not measured outside a scope, where there is nothing to stamp. */
const isMoreThanStamping = (variant: string): boolean => /, full$|OITracer$/.test(variant)
