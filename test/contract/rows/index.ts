import type { Row } from '../row.ts'
import { ANSWERS } from './answers.ts'
import { REQUESTS } from './requests.ts'

/** The contract, by area. */
export const CONTRACT: Readonly<Record<string, readonly Row[]>> = {
  Requests: REQUESTS,
  Answers: ANSWERS,
}
