import { isDeepStrictEqual } from 'node:util'
import type { Stamper } from '../libraries/library.ts'
import type { Content } from '../support/session.ts'
import { contextIn, endedSpans } from './spans.ts'

/** Throws unless every span of a chain gets exactly the attributes that the library promises. */
export function checkStamped(name: string, stamper: Stamper, content: Content, depth: number): void {
  const spans = endedSpans(stamper, contextIn(stamper, content), depth)
  if (spans.length !== depth) throw new Error(`${name}: ${spans.length} spans ended, not ${depth}`)
  for (const { attributes } of spans) checkAttributes(name, attributes, stamper, content)
}

/** Checks the exported spans of a library that stamps on export. */
export async function checkExported(name: string, stamper: Stamper, content: Content): Promise<void> {
  if (stamper.exported === undefined) return
  await (stamper.processor as { forceFlush(): Promise<void> }).forceFlush()
  const last = stamper.exported.at(-1)
  if (last === undefined) throw new Error(`${name}: no span was exported`)
  checkAttributes(name, last.attributes, stamper, content)
}

function checkAttributes(name: string, attributes: object, stamper: Stamper, content: Content): void {
  const present = attributes as Record<string, unknown>
  for (const [key, value] of Object.entries(stamper.expected(content))) {
    const wanted = content === 'none' ? undefined : value
    if (isDeepStrictEqual(present[key], wanted)) continue
    throw new Error(`${name}: ${key} is ${JSON.stringify(present[key])}, not ${JSON.stringify(wanted)}`)
  }
}
