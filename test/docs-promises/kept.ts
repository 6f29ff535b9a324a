import { readFileSync } from 'node:fs'

/** Says that a sentence introduces, explains, advises or warns, and that no test could fail for it. */
export const NO_PROMISE = 'no promise'

/**
 * What would fail if a sentence were false: titles of tests by their file, or names of scenarios. Titles of nested tests
 * are joined with ` > `; `…` stands for what a test fills in.
 */
export type Tests = Readonly<Record<string, string | readonly string[]>>

/** Sentences, and what holds them. */
export type Sentences = Readonly<Record<string, Tests | typeof NO_PROMISE>>

const FILLED_IN = /\$\{[^}]*\}|%[a-z]/g
const texts = new Map<string, string>()

function textOf(file: string): string {
  const text = texts.get(file)
  if (text !== undefined) return text
  const read = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8').replace(FILLED_IN, '…')
  texts.set(file, read)
  return read
}

/** Whether a file has a test, a scenario or a row of the contract under this title. */
export function hasTest(file: string, title: string): boolean {
  const text = textOf(file)
  return title
    .split(' > ')
    .every((part) =>
      ["'", '"', '`'].some((quote) =>
        [',', ':'].some((end) => text.includes(`${quote}${part}${quote}${end}`)),
      ),
    )
}

/** Each file with each title. */
export const testsOf = (tests: Tests): (readonly [file: string, title: string])[] =>
  Object.entries(tests).flatMap(([file, titles]) => [titles].flat().map((title) => [file, title] as const))
