/** The files of the recordings: `data/<family>/<case>.json`, and beside them `cannot.json`. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { CaseName } from '../cases.ts'
import type { Recording } from '../recording.ts'

/** Why a family cannot hold a case, by case. */
export type Cannot = Readonly<Partial<Record<CaseName, string>>>

const fileOf = (family: string, name: string) => new URL(`../data/${family}/${name}.json`, import.meta.url)

/** Writes a recording with each call, span and log record on a line of its own, so that a diff can be read. */
export function writeRecording(recording: Recording): void {
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
  mkdirSync(new URL('./', file), { recursive: true })
  writeFileSync(file, `{\n${[...fields, ...lists].join(',\n')}\n}\n`)
}

/** The stored recording, if there is one. */
export function readRecording(family: string, name: CaseName): Recording | undefined {
  return readJson(fileOf(family, name)) as Recording | undefined
}

/** Removes the recording of a case that the library cannot hold. */
export function removeRecording(family: string, name: CaseName): void {
  rmSync(fileOf(family, name), { force: true })
}

/** What the family cannot hold, as stored. */
export function readCannot(family: string): Cannot {
  return (readJson(fileOf(family, 'cannot')) ?? {}) as Cannot
}

export function writeCannot(family: string, cannot: Cannot): void {
  const file = fileOf(family, 'cannot')
  mkdirSync(new URL('./', file), { recursive: true })
  writeFileSync(file, `${JSON.stringify(cannot, undefined, 2)}\n`)
}

function readJson(file: URL): unknown {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}
