/** The files of the recordings: `data/<family>/<case>.json`, and beside them `cannot.json`. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { CaseName } from '../cases.ts'
import type { Recording } from '../recording.ts'
import type { Result } from './run-case.ts'

/** Why a family cannot hold a case, by case. */
export type Cannot = Readonly<Partial<Record<CaseName, string>>>

const fileOf = (family: string, name: string) => new URL(`../data/${family}/${name}.json`, import.meta.url)

/** The families that have recordings or reasons, sorted. */
export const listStored = (): string[] => readdirSync(new URL('../data/', import.meta.url)).sort()

/** The stored recording, if there is one. */
export function readRecording(family: string, name: CaseName): Recording | undefined {
  return readJson(fileOf(family, name)) as Recording | undefined
}

/** Why the family cannot hold cases, as stored. */
export function readCannot(family: string): Cannot {
  return (readJson(fileOf(family, 'cannot')) ?? {}) as Cannot
}

/** Writes a recording, or why there is none, in place of what was stored. */
export function writeResult(family: string, name: CaseName, result: Result): void {
  mkdirSync(new URL('./', fileOf(family, name)), { recursive: true })
  if ('cannot' in result) rmSync(fileOf(family, name), { force: true })
  else writeRecording(result)
  const reasons = { ...readCannot(family), [name]: 'cannot' in result ? result.cannot : undefined }
  const sorted = Object.fromEntries(Object.entries(reasons).sort(([a], [b]) => (a < b ? -1 : 1)))
  writeFileSync(fileOf(family, 'cannot'), `${JSON.stringify(sorted, undefined, 2)}\n`)
}

/** Writes a recording with each call, span and log record on a line of its own, so that a diff can be read. */
function writeRecording(recording: Recording): void {
  const { calls, spans, logs, ...head } = recording
  const fields = Object.entries(head).map(
    ([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`,
  )
  const lists = Object.entries({ calls, spans, logs }).map(([key, list]) =>
    list.length === 0
      ? `${JSON.stringify(key)}: []`
      : `${JSON.stringify(key)}: [\n${list.map((each) => JSON.stringify(each)).join(',\n')}\n]`,
  )
  const file = fileOf(recording.family, recording.case)
  const text = `{\n${[...fields, ...lists].join(',\n')}\n}\n`
  // Only other times are no change, so that a diff shows what the library does differently.
  if (existsSync(file) && withoutTimes(readFileSync(file, 'utf8')) === withoutTimes(text)) return
  writeFileSync(file, text)
}

const withoutTimes = (text: string) => text.replaceAll(/"(start|end|time)":"\d+"/g, '')

function readJson(file: URL): unknown {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}
