import { Processes } from '../../../demo/support/processes.ts'
import { installServer, NoPython, type PythonServer } from './install.ts'
import type { Served } from './serve.ts'

/**
 * Installs a server, starts it beside the demo's model, lets it be checked, and stops both. Says what is wrong in
 * the exit code: 1 for a problem; where there is no Python, 0 and a loud word, or 1 with `--require`.
 *
 * @param check is given the server and the URL of the model; gives back what is wrong, a line each
 */
export async function runPythonServer<S extends Served>(
  server: PythonServer,
  start: (python: string) => Promise<S>,
  check: (running: S, modelUrl: string) => Promise<string[]>,
): Promise<void> {
  try {
    const python = await installServer(server, console.log)
    const processes = new Processes()
    const running = await start(python)
    try {
      console.log(`${server.name} ${server.version} is up`)
      const model = await processes.start('model.ts').receive<number>('listening')
      const problems = await check(running, `http://127.0.0.1:${model}/v1`)
      for (const problem of problems) console.error(problem)
      if (problems.length > 0) process.exitCode = 1
    } finally {
      await processes.stop()
      await running.stop()
    }
  } catch (error) {
    if (error instanceof NoPython)
      console.error(`NOT RUN: nothing was sent to a real ${server.name}. ${error.message}`)
    else console.error(error)
    process.exitCode = error instanceof NoPython && !process.argv.includes('--require') ? 0 : 1
  }
}
