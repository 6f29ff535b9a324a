import type { Group } from '../support/row.ts'
import { fetchHandlers } from './fetch.ts'
import { hono } from './hono.ts'
import { lambda } from './lambda.ts'
import { next } from './next.ts'

/** All rows of the table. */
export const GROUPS: readonly Group[] = [fetchHandlers, hono, lambda, ...next]
