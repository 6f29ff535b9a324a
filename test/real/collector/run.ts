import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { onLeaving } from '../leaving.ts'

/** The protocol of the receiver. */
export type Protocol = 'http' | 'grpc'

interface Running {
  /** The port of its receiver for the requested protocol. */
  port: number
  /** Ends it and waits for its exit. SIGTERM lets it finish its work, and rejects if that fails. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

/**
 * Starts the collector with merged configuration files, and waits until it is ready.
 *
 * @param environment the environment variables that the files use
 */
export async function runCollector(
  binary: string,
  files: readonly string[],
  protocol: Protocol,
  environment: Record<string, string> = {},
): Promise<Running> {
  const child = spawn(
    binary,
    files.flatMap((file) => ['--config', `file:${file}`]),
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...environment } },
  )
  const killed = onLeaving(() => child.kill('SIGKILL'))
  const output: string[] = []
  const exited = once(child, 'exit')
  try {
    return { port: await ready(child.stderr, protocol, output), end }
  } catch (error) {
    killed()
    throw error
  }

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    try {
      child.kill(signal)
      const [code] = await exited
      if (signal === 'SIGTERM' && code !== 0) {
        throw new Error(`the collector ended with ${code}:\n${output.join('\n')}`)
      }
    } finally {
      killed()
    }
  }
}

/** The collector logs the addresses that it listens on, then that it is ready. */
async function ready(stderr: NodeJS.ReadableStream, protocol: Protocol, output: string[]): Promise<number> {
  const listening = new RegExp(`Starting ${protocol.toUpperCase()} server.*"endpoint": "[^"]*:(\\d+)"`)
  let port: number | undefined
  const lines = createInterface({ input: stderr })
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      output.push(line)
      const address = listening.exec(line)
      if (address) port = Number(address[1])
      if (line.includes('Everything is ready') && port !== undefined) resolve(port)
    })
    lines.once('close', () => reject(new Error(`the collector did not start:\n${output.join('\n')}`)))
  })
}
