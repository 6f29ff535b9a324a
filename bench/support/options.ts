import { parseArgs } from 'node:util'

/** What the command line asks for. */
export interface Options {
  /** Only the rows whose name has one of these words; all of them when there is none. */
  readonly names: readonly string[]
  readonly quick: boolean
  readonly rounds: number
  readonly runs: number
  /** Print the tables that the README quotes, in place of all figures. */
  readonly readme: boolean
  /** A file to write the figures to, or to take them from in place of measuring. */
  readonly json: string | undefined
  readonly from: string | undefined
}

export const USAGE = `pnpm bench [options] [names]
  names          measure only the rows whose name contains one of these, such as "ID only, roots" or "Langfuse"
  --quick        one run of a few rounds, and of every other library what it does when a span starts
  --rounds <n>   rounds of each run, 80 if not given
  --runs <n>     runs of each row, each in a process of its own; 3 if not given
  --json <file>  write the figures to a file
  --from <file>  print what such a file has, and measure nothing
  --readme       print the tables of the README`

/** @throws TypeError for an option that does not exist */
export function optionsOf(args: readonly string[]): Options | 'help' {
  const { values, positionals } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      runs: { type: 'string' },
      readme: { type: 'boolean', default: false },
      json: { type: 'string' },
      from: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  const { quick, readme, json, from } = values
  return {
    names: positionals,
    quick,
    rounds: count('--rounds', values.rounds, quick ? 40 : 80),
    runs: count('--runs', values.runs, quick ? 1 : 3),
    readme,
    json,
    from,
  }
}

function count(name: string, value: string | undefined, otherwise: number): number {
  const number = value === undefined ? otherwise : Number(value)
  if (!Number.isInteger(number) || number < 1) throw new TypeError(`${name} must be a whole number from 1`)
  return number
}
