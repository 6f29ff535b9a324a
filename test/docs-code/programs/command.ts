import type { Fence } from '../fences.ts'
import { isShell } from './install-line.ts'

/** How a page runs a program: `NAME=value node --import package program.mjs`. */
export interface Command {
  /** What stands between `node` and the program. */
  readonly options: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** The commands that shell blocks after a line have for a program; `node program` if there are none. */
export function commandsAfter(fences: readonly Fence[], line: number, main: string): Command[] {
  const shells = fences.filter((fence) => fence.line > line && isShell(fence))
  const commands = shells.flatMap(({ code }) => code.split('\n').flatMap((text) => commandIn(text, main)))
  return commands.length > 0 ? commands : [{ options: [], env: {} }]
}

function commandIn(text: string, main: string): Command[] {
  const words = text.replace(/#.*/, '').trim().split(/\s+/)
  const node = words.indexOf('node')
  const variables = words.slice(0, Math.max(node, 0))
  if (node < 0 || words.at(-1) !== main || !variables.every((word) => /^[A-Z_]+=/.test(word))) return []
  const env = Object.fromEntries(variables.map((word) => word.split('=', 2)))
  return [{ options: words.slice(node + 1, -1), env }]
}
