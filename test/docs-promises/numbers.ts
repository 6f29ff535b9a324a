import { readFileSync } from 'node:fs'

const SOURCES = new URL('../../packages/exporter/src/persistent/', import.meta.url)

/** The value of a constant that a source file does not export: a number, or a product of numbers. */
export function numberIn(file: string, constant: string): number {
  const source = readFileSync(new URL(file, SOURCES), 'utf8')
  const value = new RegExp(`^(?:export )?const ${constant} = ([\\d_ *]+)$`, 'm').exec(source)?.[1]
  if (value === undefined) throw new Error(`${file} has no number ${constant}`)
  return value.split('*').reduce((product, factor) => product * Number(factor.replaceAll('_', '')), 1)
}
