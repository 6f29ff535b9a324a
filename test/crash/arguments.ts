import { parseArgs } from 'node:util'

/** What is tried, in this order. The parts of a group run together: they wait for most of the time. */
export const GROUPS = [['kills'], ['crowd'], ['damage'], ['disks', 'owners', 'freezes', 'ends']] as const
const PARTS = GROUPS.flat()
export type Part = (typeof GROUPS)[number][number]

export interface CrashArguments {
  /** The least number of processes that are killed with one or two on a directory. */
  readonly kills: number
  readonly seed: number
  /** Whether less of the same is tried. */
  readonly isQuick: boolean
  readonly parts: readonly Part[]
}

/** @throws TypeError for an unknown argument or part, RangeError for what is not a number */
export function readArguments(words: string[]): CrashArguments {
  const { values } = parseArgs({
    args: words.filter((word) => word !== '--'),
    options: {
      kills: { type: 'string' },
      seed: { type: 'string' },
      quick: { type: 'boolean' },
      only: { type: 'string', multiple: true, default: [] },
    },
  })
  const isQuick = values.quick === true
  const unknown = values.only.find((word) => !PARTS.includes(word as Part))
  if (unknown !== undefined) throw new TypeError(`--only must be one of ${PARTS.join(', ')}: ${unknown}`)
  return {
    kills: wholeNumber('kills', values.kills ?? (isQuick ? '72' : '200')),
    seed: wholeNumber('seed', values.seed ?? String(Date.now() % 2 ** 32)),
    isQuick,
    parts: PARTS.filter((part) => values.only.length === 0 || values.only.includes(part)),
  }
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError(`--${name} must be a whole number: ${text}`)
  return value
}
