/**
 * The command of a workspace of tests: rows that are declared, each run in processes of its own, and printed as a table.
 * The `main.ts` of `test/entry`, `field`, `messages`, `setups`, `vendors` and `web` say what their rows are.
 *
 * - `command.ts`: the arguments, the choice of rows, the runs, the table, the exit code; `table.ts` prints it
 * - `verdict.ts`: what a row gave, beside what it declares
 * - `child.ts`: a process of a row
 * - `cases.ts`: rows that are cases of a program; `spans.ts`: what is counted in their process
 * - `workspace.ts`: the types and the versions of what a workspace has installed
 *
 * Every command takes `--only TEXT`, which runs the rows whose name contains the text, and the flags that it names.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { printTable } from './table.ts'
import type { Verdict } from './verdict.ts'

/** A row of the table. */
export interface Row {
  /** The first cells of its line. */
  readonly name: readonly string[]
  /** Left out with `--quick`. */
  readonly isSlow?: boolean
  /**
   * Runs it. What it throws is a fault of the row.
   *
   * @throws Skipped if this machine has not what it needs
   */
  run(): Promise<Verdict>
}

/** Thrown by a row that cannot run on this machine. With `--require`, that is a fault. */
export class Skipped extends Error {}

/** What a command may take beside `--only`. `quick` leaves out rows; `require` skips none; `update` is the command's own. */
type Flag = 'quick' | 'require' | 'update'

/** What a command was called with. */
type Flags = Readonly<Record<Flag, boolean>>

/** What is to be run. */
export interface Command<R extends Row> {
  /** The names of the columns: those of a row's name, and those of its verdict. */
  readonly columns: readonly string[]
  readonly flags?: readonly Flag[]
  /** How many rows run at the same time; 1 if left out. */
  readonly workers?: number
  /** Installs what must be there before the rows are known, and returns them all. */
  rows(flags: Flags): Promise<readonly R[]>
  /** Called with the rows that are chosen, before the first one runs. */
  before?(rows: readonly R[]): Promise<void>
  /** Called after the last row, also if something throws. */
  after?(): Promise<void>
  /** Lines below the table. */
  footer?(): readonly string[]
}

type Outcome = Verdict | Error

/** Runs a command, and makes the process fail if a row is not as declared. */
export async function runCommand<R extends Row>(command: Command<R>): Promise<void> {
  try {
    process.exitCode = await run(command)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}

async function run<R extends Row>(command: Command<R>): Promise<number> {
  const { only, flags } = readArguments(command.flags ?? [])
  const all = await command.rows(flags)
  const chosen = all.filter(({ name, isSlow }) => name.join(' ').includes(only) && !(flags.quick && isSlow))
  if (chosen.length === 0) {
    const names = [...new Set(all.map(({ name }) => name[0]))]
    throw new Error(`no row contains ${only}; there are ${names.join(', ')}`)
  }
  try {
    await command.before?.(chosen)
    const outcomes = await runAll(chosen, command.workers ?? 1)
    return report(command, chosen, outcomes, flags)
  } finally {
    await command.after?.()
  }
}

function readArguments(flags: readonly Flag[]): { only: string; flags: Flags } {
  const options = Object.fromEntries(flags.map((flag) => [flag, { type: 'boolean' as const }]))
  const { values } = parseArgs({
    args: process.argv.slice(2).filter((arg) => arg !== '--'),
    options: { ...options, only: { type: 'string', default: '' } },
  })
  const has = (flag: Flag) => (values as Partial<Flags>)[flag] ?? false
  return {
    only: String(values.only),
    flags: { quick: has('quick'), require: has('require'), update: has('update') },
  }
}

async function runAll(rows: readonly Row[], workers: number): Promise<Map<Row, Outcome>> {
  const outcomes = new Map<Row, Outcome>()
  const waiting = rows.values()
  const worker = async () => {
    for (const row of waiting) {
      outcomes.set(row, await row.run().catch((error) => toError(error)))
    }
  }
  await Promise.all(Array.from({ length: workers }, worker))
  return outcomes
}

const toError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))

/** Prints the table and what is not as declared, and returns the exit code. */
function report<R extends Row>(
  { columns, footer }: Command<R>,
  rows: readonly R[],
  outcomes: ReadonlyMap<Row, Outcome>,
  flags: Flags,
): number {
  const lines: (readonly string[])[] = [[...columns, 'as declared']]
  const texts: string[] = [...(footer?.() ?? [])]
  const counts = { yes: 0, NO: 0, skipped: 0 }
  for (const row of rows) {
    const outcome = outcomes.get(row) ?? new Error('it did not run')
    const isSkipped = outcome instanceof Skipped && !flags.require
    const {
      cells,
      faults,
      remarks = [],
      output = '',
    } = isSkipped ? { cells: [], faults: [], remarks: [`skipped: ${outcome.message}`] } : verdictOf(outcome)
    const verdict = isSkipped ? 'skipped' : faults.length === 0 ? 'yes' : 'NO'
    counts[verdict]++
    const padding = Array<string>(columns.length - row.name.length - cells.length).fill('')
    lines.push([...row.name, ...cells, ...padding, verdict])
    const said = verdict === 'NO' ? [...remarks, ...faults, output] : remarks
    if (said.length > 0) texts.push([row.name.join(', '), ...said].join('\n  ').trimEnd())
  }
  printTable(lines)
  for (const text of texts) console.log(`\n${text}`)
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''
  console.log(`\n${counts.yes} rows as declared, ${counts.NO} not${skipped}`)
  return counts.NO === 0 ? 0 : 1
}

const verdictOf = (outcome: Outcome): Verdict =>
  outcome instanceof Error ? { cells: [], faults: [outcome.message] } : outcome
