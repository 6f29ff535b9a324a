import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { ROWS, type Row } from '../rows.ts'
import type { Verdict } from './judge.ts'

const FILE = new URL('../results.json', import.meta.url)

/** What the rows gave, by framework and name. */
export type Results = Readonly<Record<string, Verdict>>

export const keyOf = ({ framework, name }: Row): string => `${framework}: ${name}`

/** The committed results; none before the first `--update`. */
export function readResults(): Results {
  return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Results) : {}
}

/** Writes the results in the order of the rows; new results replace old ones. */
export function writeResults(measured: Results): void {
  const known = { ...readResults(), ...measured }
  const ordered = ROWS.map(keyOf).flatMap((key) => (known[key] === undefined ? [] : [[key, known[key]]]))
  writeFileSync(FILE, `${JSON.stringify(Object.fromEntries(ordered), undefined, 2)}\n`)
}

/** What is not as it must be: a text each. */
export function findFaults(row: Row, verdict: Verdict): string[] {
  const faults: string[] = []
  if (verdict.doubled > 0) faults.push(`${verdict.doubled} spans arrived twice`)
  if (row.isOurs && verdict.right !== verdict.spans) faults.push('not every span is right')
  return faults
}

/** The differences between a result and the committed one: a text each. */
export function findDifferences(row: Row, verdict: Verdict): string[] {
  const committed = readResults()[keyOf(row)]
  if (committed === undefined) return ['not in results.json; --update adds it']
  return (Object.keys(verdict) as (keyof Verdict)[])
    .filter((part) => !isDeepStrictEqual(committed[part], verdict[part]))
    .map((part) => {
      const [was, is] = [committed[part], verdict[part]].map((value) => JSON.stringify(value))
      return `${part} was ${was}, is ${is}`
    })
}
