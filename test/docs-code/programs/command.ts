import type { Fence } from '../fences.ts'
import { isShell } from './install-line.ts'

/** How a page runs a program: `NAME=value node --import package program.mjs`. */
export interface Command {
  /** What stands between `node` and the program. */
  readonly options: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** The command that the nearest shell block after a line has for a program; `node program` if there is none. */
export function commandAfter(fences: readonly Fence[], line: number, main: string): Command {
  const texts = fences.filter((fence) => fence.line > line && isShell(fence)).map(({ code }) => code)
  for (const text of texts.flatMap((code) => code.split('\n'))) {
    const words = text.replace(/#.*/, '').trim().split(/\s+/)
    const node = words.indexOf('node')
    const variables = words.slice(0, Math.max(node, 0))
    if (node < 0 || words.at(-1) !== main || !variables.every((word) => /^[A-Z_]+=/.test(word))) continue
    return {
      options: words.slice(node + 1, -1),
      env: Object.fromEntries(variables.map((word) => word.split('=', 2))),
    }
  }
  return { options: [], env: {} }
}
