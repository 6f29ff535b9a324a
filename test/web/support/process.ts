import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** A server in a process of its own. */
export interface RunningServer {
  readonly url: string
  stop(): Promise<void>
}

/**
 * Starts a program, and waits until it prints where it listens.
 *
 * @param port finds the port in what it prints
 * @throws Error with its output, if it ends before
 */
export async function startServer(
  command: string,
  args: readonly string[],
  { cwd, env = {}, port }: { cwd: string; env?: NodeJS.ProcessEnv; port: RegExp },
): Promise<RunningServer> {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const found = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk
      const match = port.exec(output)
      if (match !== null) resolve(String(match[1]))
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.on('error', reject)
    child.on('exit', (code) =>
      reject(new Error(`${command} ${args.join(' ')} ended with ${code}:\n${output}`)),
    )
  })
  return { url: `http://127.0.0.1:${found}`, stop: () => stop(child) }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}
