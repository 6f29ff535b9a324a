import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import type { Row } from '../row.ts'
import type { Measured } from './measure.ts'

const FILE = new URL('../results.json', import.meta.url)

/** The results by row name. */
export type Results = Readonly<Record<string, Measured>>

/** The committed results; none before the first `--update`. */
export function readResults(): Results {
  return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Results) : {}
}

/** Writes the results in the order of the rows; new results replace old ones. */
export function writeResults(rows: readonly Row[], measured: Results): void {
  const known = { ...readResults(), ...measured }
  const ordered = rows.flatMap(({ name }) => (known[name] === undefined ? [] : [[name, known[name]]]))
  writeFileSync(FILE, `${JSON.stringify(Object.fromEntries(ordered), undefined, 2)}\n`)
}

/** The differences between new and committed results; for unstable rows only the names of the attributes. */
export function findDifferences(rows: readonly Row[], committed: Results, measured: Results): string[] {
  return rows.flatMap(({ name, unstable }) => {
    const [was, is] = [committed[name], measured[name]]
    if (was === undefined) return [`${name}: not in results.json; --update adds it`]
    if (is === undefined) return []
    if (unstable !== undefined) {
      const [wasNamed, isNamed] = [was, is].map(({ keys }) => Object.keys(keys).join(', '))
      return wasNamed === isNamed ? [] : [`${name}: was named by ${wasNamed}, is named by ${isNamed}`]
    }
    return (Object.keys(is) as (keyof Measured)[])
      .filter((part) => !isDeepStrictEqual(was[part], is[part]))
      .map((part) => `${name}: ${part} was ${JSON.stringify(was[part])}, is ${JSON.stringify(is[part])}`)
  })
}
