import { Session } from 'node:inspector'

/**
 * Which functions are called during an asynchronous piece of work.
 *
 * @returns the scripts, as the Chrome DevTools Protocol describes them
 */
export async function coverageOf(work) {
  const session = new Session()
  session.connect()
  try {
    post(session, 'Profiler.enable')
    post(session, 'Profiler.startPreciseCoverage', { callCount: true, detailed: false })
    await work()
    return post(session, 'Profiler.takePreciseCoverage').result
  } finally {
    session.disconnect()
  }
}

/** V8 answers within the call; a promise would let other work run before the answer is there. */
function post(session, method, params) {
  let answer
  session.post(method, params, (error, result) => {
    if (error) throw new Error(`${method}: ${error.message}`)
    answer = result
  })
  return answer
}
