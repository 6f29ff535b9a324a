import { parseArgs } from 'node:util'

/** The options of the command line. */
export interface Options {
  /** Only the rows whose name contains one of these; all rows if empty. */
  readonly names: readonly string[]
  readonly quick: boolean
  readonly rounds: number
  readonly runs: number
  /** Write the tables of `docs/cost.md`. */
  readonly docs: boolean
  /** A file to write the figures to, or to read them from instead of measuring. */
  readonly json: string | undefined
  readonly from: string | undefined
}

export const USAGE = `pnpm bench [options] [names]
  names          measure only the rows whose name contains one of these, such as "ID only, roots" or "Langfuse"
  --quick        one run of a few rounds, and only the onStart of every other library
  --rounds <n>   rounds of each run; default 80
  --runs <n>     runs of each row, each in its own process; default 3
  --json <file>  write the figures to a file
  --from <file>  print the figures of such a file instead of measuring
  --docs         write the tables of docs/cost.md, as well`

/** @throws TypeError for an unknown option */
export function optionsOf(args: readonly string[]): Options | 'help' {
  const { values, positionals } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      runs: { type: 'string' },
      docs: { type: 'boolean', default: false },
      json: { type: 'string' },
      from: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const { quick, docs, json, from } = values
  return {
    names: positionals,
    quick,
    rounds: count('--rounds', values.rounds, quick ? 40 : 80),
    runs: count('--runs', values.runs, quick ? 1 : 3),
    docs,
    json,
    from,
  }
}

function count(name: string, value: string | undefined, otherwise: number): number {
  const number = value === undefined ? otherwise : Number(value)
  if (!Number.isInteger(number) || number < 1) throw new TypeError(`${name} must be a whole number from 1`)
  return number
}
