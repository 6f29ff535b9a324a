import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Counted } from './counted.ts'
import type { Row, Verdict } from './verdict.ts'

const FILE = new URL('results.json', import.meta.url)

/** A line for each family and case: the verdict, then our numbers beside those of the provider. */
export type Results = Readonly<Record<string, Readonly<Record<string, string>>>>

/** The committed results; none before the first `--update`. */
export const readResults = (): Results =>
  existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Results) : {}

/** Writes results in place of the committed ones. */
export const writeResults = (results: Results): void =>
  writeFileSync(FILE, `${JSON.stringify(results, undefined, 2)}\n`)

/** Brings the rows into the form of the file. */
export function resultsOf(rows: readonly Row[]): Results {
  const families = [...new Set(rows.map(({ family }) => family))]
  return Object.fromEntries(
    families.map((family) => [
      family,
      Object.fromEntries(rows.filter((row) => row.family === family).map((row) => [row.case, lineOf(row)])),
    ]),
  )
}

/** The verdict of a line of the results. */
export const verdictOf = (line: string): Verdict => line.split(/[:;]/, 1)[0] as Verdict

/** Why the cost in a line of the results is unknown. */
export const reasonOf = (line: string): string => /^unknown: ([^;]*)/.exec(line)?.[1] ?? ''

/** The differences between two results. */
export function findDifferences(committed: Results, measured: Results): string[] {
  const families = [...new Set([...Object.keys(committed), ...Object.keys(measured)])]
  return families.flatMap((family) => {
    const [was = {}, is = {}] = [committed[family], measured[family]]
    return [...new Set([...Object.keys(was), ...Object.keys(is)])]
      .filter((name) => was[name] !== is[name])
      .map(
        (name) => `${family}, ${name}\n  was ${was[name] ?? 'not there'}\n  is  ${is[name] ?? 'not there'}`,
      )
  })
}

function lineOf({ verdict, why, truth, ours }: Row): string {
  const beside = (name: string, part: keyof Counted) =>
    truth[part] === 0 && ours[part] === 0 ? [] : [`${name} ${textOf(ours[part])} of ${textOf(truth[part])}`]
  return [
    why === '' ? verdict : `${verdict}: ${why}`,
    ...beside('calls', 'calls'),
    ...beside('without usage', 'callsWithoutUsage'),
    ...beside('input', 'input'),
    ...beside('output', 'output'),
    ...beside('cache read', 'cacheRead'),
    ...beside('written', 'cacheWrite'),
    ...beside('USD', 'cost'),
  ].join('; ')
}

const textOf = (value: number | undefined): string =>
  value === undefined ? 'unknown' : String(Number(value.toFixed(9)))
