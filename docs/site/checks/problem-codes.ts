import { readFileSync } from 'node:fs'
import { PROBLEM_CODES } from '../../../test/docs-tables/codes.ts'

/** Text in code font of the form of a problem code; the reason may be left open: `session-id:…`. */
const CODE = /`([a-z][a-z-]*):([a-z][a-z0-9-]*|…)`/g

const AREAS = new Set(PROBLEM_CODES.map((code) => code.split(':', 1)[0]))

/** Names of the same form that are something else. */
const OTHERS = new Set(['area', 'node', 'npm', 'data', 'http', 'https'])

/** Problem codes that a page names and that do not exist. */
export function unknownCodes(page: string, scripts: readonly string[]): string[] {
  const unknown: string[] = []
  for (const [, area = '', reason = ''] of page.matchAll(CODE)) {
    const code = `${area}:${reason}`
    if (OTHERS.has(area) || scripts.includes(code) || PROBLEM_CODES.includes(code)) continue
    if (reason !== '…' || !AREAS.has(area)) unknown.push(code)
  }
  return unknown
}

/** The scripts of the root workspace, whose names look alike: `docs:build`. */
export function scriptNames(): string[] {
  const file = new URL('../../../package.json', import.meta.url)
  return Object.keys(JSON.parse(readFileSync(file, 'utf8')).scripts)
}
