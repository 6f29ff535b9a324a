import type { Row } from '../row.ts'
import { ANSWERS } from './answers.ts'
import { BATCHES } from './batches.ts'
import { ENDINGS } from './endings.ts'
import { ENVIRONMENT } from './environment.ts'
import { PROCESSES } from './processes.ts'
import { REQUESTS } from './requests.ts'
import { RETRIES } from './retries.ts'

/** What the tests of every run check, by area. */
export const QUICK: Readonly<Record<string, readonly Row[]>> = {
  Requests: REQUESTS,
  Answers: ANSWERS,
  Retries: RETRIES.map((row) => ({ ...row, waits: true })),
  Batches: BATCHES,
  'Flush and shutdown': ENDINGS,
  'Environment and options': ENVIRONMENT,
}

/** The whole contract, by area. */
export const CONTRACT: Readonly<Record<string, readonly Row[]>> = { ...QUICK, Processes: PROCESSES }
