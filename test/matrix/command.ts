import { spawn } from 'node:child_process'

export interface Outcome {
  /** It exited by itself, with code 0. */
  readonly ok: boolean
  /** Its output on both channels, in order. */
  readonly output: string
}

/** Far more than a slow machine or registry needs: something hangs. */
const LONGEST = 1_200_000

/** Runs a command to its end. Never rejects: failures are in the output. */
export function run(command: string, args: readonly string[], cwd: string): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env: cleanEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const append = (chunk: Buffer) => {
      output += chunk
    }
    child.stdout.on('data', append)
    child.stderr.on('data', append)
    const late = setTimeout(() => child.kill('SIGKILL'), LONGEST)
    child.once('error', (error) => {
      output += String(error)
    })
    child.once('close', (code, signal) => {
      clearTimeout(late)
      if (signal !== null) output += `\nended by ${signal}; the longest time allowed is ${LONGEST / 1000} s`
      resolve({ ok: code === 0, output })
    })
  })
}

/** The environment without the shell's settings for telemetry, models and an outer test runner. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const ours = Object.entries(process.env).filter(
    ([name]) => !/^(OTEL_|LANGSMITH_|LANGCHAIN_|OPENAI_|NODE_OPTIONS$|NODE_TEST_|NODE_V8_)/.test(name),
  )
  return Object.fromEntries(ours)
}

/** Runs jobs two at a time, because npm waits for the network half of the time. */
export async function inPairs(jobs: readonly (() => Promise<void>)[]): Promise<void> {
  const waiting = [...jobs]
  const worker = async () => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) await job()
  }
  await Promise.all([worker(), worker()])
}
