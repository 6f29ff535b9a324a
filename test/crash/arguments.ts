import { parseArgs } from 'node:util'

export interface CrashArguments {
  /** The least number of processes that are killed. */
  readonly kills: number
  readonly seed: number
  /** Whether fewer of the damaged files are tried. */
  readonly isQuick: boolean
}

/** @throws TypeError for an unknown argument, RangeError for what is not a number */
export function readArguments(words: string[]): CrashArguments {
  const { values } = parseArgs({
    args: words,
    options: { kills: { type: 'string' }, seed: { type: 'string' }, quick: { type: 'boolean' } },
  })
  return {
    kills: wholeNumber('kills', values.kills ?? '200'),
    seed: wholeNumber('seed', values.seed ?? String(Date.now() % 2 ** 32)),
    isQuick: values.quick === true,
  }
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError(`--${name} must be a whole number: ${text}`)
  return value
}
