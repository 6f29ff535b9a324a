import type { Sentences } from '../kept.ts'
import { ENDPOINT } from './endpoint.ts'
import { ENDS } from './ends.ts'
import { JOURNAL } from './journal.ts'
import { LIFE } from './life.ts'
import { SURVIVAL } from './survival.ts'
import { WATCHING } from './watching.ts'

/** Each sentence of docs/guide/delivery.md, in the order of the page, and the tests that would fail if it were false. */
export const DELIVERY: Sentences = { ...LIFE, ...ENDPOINT, ...ENDS, ...SURVIVAL, ...JOURNAL, ...WATCHING }
