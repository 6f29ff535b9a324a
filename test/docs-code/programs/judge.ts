import type { Program } from '../../../docs/code/programs.ts'
import { spansBySession } from '../../examples/run.ts'
import type { Run } from './execute.ts'

/** How a run differs from what the program must do, a sentence each. */
export function differences(expected: Program, run: Run): string[] {
  return [...exitProblems(expected, run), ...outputProblems(expected, run), ...spanProblems(expected, run)]
}

function exitProblems({ requests }: Program, { code, signal, errors }: Run): string[] {
  // A server ends with the signal, unless it handles it.
  if (code === 0 || (requests && signal === 'SIGTERM')) return []
  return [`it ended with ${signal ?? `exit code ${code}`}\n${errors.trim()}`]
}

function outputProblems(
  { prints = [], warns, requests }: Program,
  { output, errors, statuses }: Run,
): string[] {
  const problems = prints.filter((text) => !text.test(output)).map((text) => `it does not print ${text}`)
  if (warns === undefined && errors.trim() !== '') problems.push(`it warns: ${errors.trim()}`)
  if (warns !== undefined && !errors.includes(warns)) problems.push(`it does not warn: ${warns}`)
  for (const [at, { path, status = 200 }] of (requests ?? []).entries()) {
    if (statuses[at] !== status) problems.push(`${path} is answered with ${statuses[at]}, not ${status}`)
  }
  return problems
}

function spanProblems({ sessions, none }: Program, { spans }: Run): string[] {
  const found = spansBySession([...spans])
  const wanted: Readonly<Record<string, readonly string[]>> = { ...sessions, ...(none && { none }) }
  return [...new Set([...Object.keys(wanted), ...Object.keys(found)])]
    .filter((id) => listOf(found[id]) !== listOf(wanted[id]))
    .map((id) => `session ${id}: expected ${listOf(wanted[id])}; got ${listOf(found[id])}`)
}

const listOf = (spans: readonly string[] = []) => spans.toSorted().join(', ') || 'nothing'
