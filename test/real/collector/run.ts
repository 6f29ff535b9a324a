import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { onLeaving } from '../leaving.ts'

/** How the receiver is spoken to. */
export type Protocol = 'http' | 'grpc'

interface Running {
  /** Where its receiver listens for the protocol that was asked for. */
  port: number
  /** Ends it and waits for that. SIGTERM lets it finish its work, and rejects when that failed. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

/**
 * Runs the collector with these configuration files, the later ones adding to the earlier, until it is ready.
 *
 * @param environment what the files take from the environment
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
  const said: string[] = []
  const exited = once(child, 'exit')
  try {
    return { port: await ready(child.stderr, protocol, said), end }
  } catch (error) {
    killed()
    throw error
  }

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    try {
      child.kill(signal)
      const [code] = await exited
      if (signal === 'SIGTERM' && code !== 0) {
        throw new Error(`the collector ended with ${code}:\n${said.join('\n')}`)
      }
    } finally {
      killed()
    }
  }
}

/** The collector logs the addresses that it listens on, then that it is ready. */
async function ready(stderr: NodeJS.ReadableStream, protocol: Protocol, said: string[]): Promise<number> {
  const listening = new RegExp(`Starting ${protocol.toUpperCase()} server.*"endpoint": "[^"]*:(\\d+)"`)
  let port: number | undefined
  const lines = createInterface({ input: stderr })
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      said.push(line)
      const address = listening.exec(line)
      if (address) port = Number(address[1])
      if (line.includes('Everything is ready') && port !== undefined) resolve(port)
    })
    lines.once('close', () => reject(new Error(`the collector did not start:\n${said.join('\n')}`)))
  })
}
