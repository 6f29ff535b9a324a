/**
 * `otel-sessions/register`: sessions without code, alone or beside an SDK that somebody else registers.
 *
 * - `index.ts`: begins; `set-up-or-join.ts`: what happens when somebody registers, and when nobody does
 * - `application.ts`: what the application declares, and loads before its main script
 * - `api-global.ts`: watches what is registered with OpenTelemetry's API; `api-readers.ts`: who may use it
 * - `join-provider.ts`: sessions in a provider of somebody else
 * - `instrumentations.ts`: those that are installed, unless somebody else has the same
 * - `unregistered.ts`: instrumentations that nobody registers beside another SDK
 * - `report.ts`: what is logged, and where it goes without a logger
 *
 * It sets up by `register-sessions/`, which calls nothing here; `following-provider.ts` there has the tracers that follow
 * when another provider takes over.
 *
 * @module
 */
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describeError } from '../describe-error.ts'
import { readCommonEnvironment } from '../register-sessions/environment/environment.ts'
import { watchApi } from './api-global.ts'
import { apiVersionIn, loadedBefore, loadsOwnFiles, readApplication } from './application.ts'
import { warn } from './report.ts'
import { SetUpOrJoin } from './set-up-or-join.ts'

const STARTED: unique symbol = Symbol.for('otel-sessions.register') as never

/** Begins, once in a process or worker thread. Never throws: the application runs as it would without this. */
export function register(): void {
  try {
    const holder = globalThis as { [STARTED]?: true }
    if (holder[STARTED] || isRepeated()) {
      warn('register:twice', 'it is loaded twice, by --import or --require; the second time does nothing')
    }
    if (holder[STARTED]) return
    holder[STARTED] = true
    begin()
  } catch (error) {
    warn(
      'register:failed',
      `starting it throws (${describeError(error)}), so spans get no session; everything else is as without it`,
    )
  }
}

/** Whether it is named twice: by who starts the process, not by Node's test runner, which repeats the flags. */
function isRepeated(): boolean {
  const named = loadedBefore().filter((name) => /\botel-sessions\/register$/.test(name))
  return named.length > 1 && process.env['NODE_TEST_CONTEXT'] === undefined
}

function begin(): void {
  const setUpOrJoin = new SetUpOrJoin(readCommonEnvironment(), !loadsOwnFiles())
  try {
    watchApi(setUpOrJoin)
  } catch {
    warn(
      'join:api-frozen',
      "what is registered with OpenTelemetry's API is frozen, so no provider can be joined, and its spans get no session. " +
        'Create it with spanProcessors: sessionProcessors([…])',
    )
    return
  }
  if (!setUpOrJoin.hasJoined) {
    setUpOrJoin.setUp(readApplication(ownApiVersion()))
  }
}

/** The version of the API that this package finds; undefined in a bundle in CommonJS, which does not know where it is. */
function ownApiVersion(): string | undefined {
  const { url } = import.meta as { readonly url?: string }
  return url && apiVersionIn(dirname(fileURLToPath(url)))
}
