import type { Counts } from '../workspaces/verdict.ts'

/** A row of the table: a set-up, and how the process is started. */
export interface Row {
  /** The folder of the workspace, which has one line of the SDK and one version of the API. */
  readonly workspace: 'sdk-1' | 'sdk-2' | 'sdk-3'
  /** A set-up of `programs/setups.cjs`, or `none`. */
  readonly setup: string
  /** Whether it is begun before or after `otel-sessions/register`, or by the main script, which is later than both. */
  readonly order: 'before' | 'after' | 'in code' | '-'
  /**
   * The module system of the main script, and of the file that begins the set-up before it. A `bundle` has the ESM build of
   * the API and the SDK inside.
   */
  readonly form: 'cjs' | 'esm' | 'bundle'
  /** The flag that loads `otel-sessions/register`; `--import` if left out. */
  readonly flag?: '--import' | '--require'
  /** Where the application runs; in the main thread if left out. */
  readonly place?: 'worker' | 'child'
  /**
   * The folder of the application. `app` declares the SDKs of its workspace; `alone` declares instrumentations only; in
   * `two-apis`, the packages of this project find an older version of the API than the application.
   */
  readonly folder?: 'app' | 'alone' | 'two-apis'
  /** Whether some spans are made by a dependency that has another version of the API. */
  readonly nestedApi?: boolean
  /** Left out with `--quick`. */
  readonly isSlow?: boolean
  readonly expected: Expected
}

/**
 * What a row must give. Every difference is a failure. Spans are counted by name; those of HTTP instrumentations are
 * `client` and `server`.
 */
interface Expected {
  /** Spans with the session and the user of their owner, or without a session if nobody owns them, by name. */
  readonly right: Counts
  /** Spans without the session of their owner, by name. */
  readonly missing?: Counts
  /** Spans that the same process does not deliver without `otel-sessions/register`. None is ever lost. */
  readonly added?: Counts
  /** What is said, once. */
  readonly says: RegExp
}
