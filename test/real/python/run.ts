import { Processes } from '../../../demo/support/processes.ts'
import { installServer, NoPython, type PythonServer } from './install.ts'
import type { Served } from './serve.ts'

/**
 * Installs a server, starts it and the demo's model, runs the check, and stops both. Sets the exit code to 1 if there
 * is a problem. Without Python it logs a message, and sets it to 0, or to 1 with `--require`.
 *
 * @param check called with the server and the URL of the model; returns the problems, a line each
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
      console.error(`NOT RUN: no real ${server.name} was tested. ${error.message}`)
    else console.error(error)
    process.exitCode = error instanceof NoPython && !process.argv.includes('--require') ? 0 : 1
  }
}
