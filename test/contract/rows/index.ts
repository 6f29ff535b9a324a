import type { Row } from '../row.ts'
import { ANSWERS } from './answers.ts'
import { BATCHES } from './batches.ts'
import { ENDINGS } from './endings.ts'
import { ENVIRONMENT } from './environment.ts'
import { REQUESTS } from './requests.ts'
import { RETRIES } from './retries.ts'

/** The contract, by area. */
export const CONTRACT: Readonly<Record<string, readonly Row[]>> = {
  Requests: REQUESTS,
  Answers: ANSWERS,
  Retries: RETRIES,
  Batches: BATCHES,
  'Flush and shutdown': ENDINGS,
  'Environment and options': ENVIRONMENT,
}
