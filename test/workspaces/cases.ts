/**
 * Cases: programs of `test/field` and `test/messages` that run in a process of their own, with a collector in memory. They
 * resolve OpenTelemetry from their workspace, so nothing of it is imported here.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runChild } from './child.ts'
import { type Check, type Counts, show } from './verdict.ts'

/** What a case gave. */
export interface Outcome extends Judged {
  /** The problems that were counted, by code. */
  readonly problems: readonly string[]
  /** The packages' log lines. */
  readonly lines: readonly string[]
}

/** Spans by what is to be said of them. */
export interface Judged {
  readonly right: number
  readonly missing: Counts
  readonly wrong: Counts
}

/** What a case declares of its spans. */
export interface ExpectedSpans {
  readonly right: number
  readonly missing?: Counts
  readonly wrong?: Counts
}

/** A case of a program, by its place in the program. */
export interface Place<C> {
  readonly program: string
  readonly number: number
  readonly declared: C
}

/** The names of the programs of a workspace. */
export const programsOf = (folder: string): string[] =>
  readdirSync(join(folder, 'programs')).map((file) => file.replace(/\.ts$/, ''))

/** Reads the cases of a program. */
export async function readCases<C>(folder: string, program: string): Promise<Place<C>[]> {
  const file = pathToFileURL(join(folder, 'programs', `${program}.ts`))
  const { cases } = (await import(file.href)) as { cases: readonly C[] }
  return cases.map((declared, number) => ({ program, number, declared }))
}

/** Runs a case in a process of its own, by the `run-case.ts` of its workspace. */
export const runCase = (folder: string, { program, number }: Place<unknown>, ...more: string[]) =>
  runChild<Outcome>(join(folder, 'run-case.ts'), [program, String(number), ...more])

/** What is compared of a case. */
export function checksOf(outcome: Outcome, expected: ExpectedSpans, problems: readonly string[]): Check[] {
  const { right, missing = {}, wrong = {} } = expected
  return [
    ['right', String(outcome.right), String(right)],
    ['missing', show(outcome.missing), show(missing)],
    ['wrong', show(outcome.wrong), show(wrong)],
    ['problems', outcome.problems.join(' '), [...problems].sort().join(' ')],
  ]
}
