import { type ChildProcess, fork } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

interface Message {
  type: string
  value?: unknown
}

export interface Child {
  /** The next message of this type. Race it against `failure`, which rejects if there will be none. */
  receive<T>(type: string): Promise<T>
  listen<T>(type: string, listener: (value: T) => void): void
  send(type: string): void
}

/** The main process's half of the lifecycle: starts every process of a run, and stops all of them. */
export class Processes {
  readonly #started: ChildProcess[] = []
  readonly #failed = new AbortController()

  /** @param cwd the child's working directory, if it is not this process's */
  start(script: string, config: object = {}, cwd?: string): Child {
    this.#failed.signal.throwIfAborted()
    const child = fork(fileURLToPath(new URL(`../${script}`, import.meta.url)), [JSON.stringify(config)], {
      cwd,
      env: cleanEnvironment(),
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.#started.push(child)
    const listen: Child['listen'] = (type, listener) => {
      child.on('message', (message: Message) => {
        if (message.type === type) listener(message.value as never)
      })
    }
    // No child ends by itself, so a child that does has failed.
    child.once('exit', (code, signal) => this.#fail(`${script} ended (${signal ?? `exit code ${code}`})`))
    child.once('error', (error) => this.#fail(`${script}: ${error.message}`))
    listen<string>('error', (text) => this.#fail(`${script}: ${text}`))
    return { receive: inbox(child), listen, send: (type) => void child.send({ type }) }
  }

  /** Rejects with the first failure of any child. */
  failure(): Promise<never> {
    const { signal } = this.#failed
    return new Promise((_, reject) => {
      if (signal.aborted) reject(signal.reason)
      else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
  }

  /** Also prevents an aborted run from starting more processes. */
  async stop(): Promise<void> {
    this.#fail('the run is over')
    await Promise.all(this.#started.map(end))
  }

  #fail(reason: string): void {
    this.#failed.abort(new Error(reason))
  }
}

/** Buffers messages until they are requested. */
function inbox(child: ChildProcess): Child['receive'] {
  const messages: Message[] = []
  const changes = new EventEmitter()
  child.on('message', (message: Message) => {
    messages.push(message)
    changes.emit('change')
  })
  return async <T>(type: string): Promise<T> => {
    for (;;) {
      const index = messages.findIndex((message) => message.type === type)
      const [message] = index < 0 ? [] : messages.splice(index, 1)
      if (message) return message.value as T
      await once(changes, 'change')
    }
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill()
  const late = new AbortController()
  await Promise.race([
    gone,
    delay(2_000, undefined, { signal: late.signal }).then(() => child.kill('SIGKILL')),
  ])
  late.abort()
  await gone
}

/** The shell's own settings must not instrument a child, turn LangSmith on or reach a real model. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const ours = Object.entries(process.env).filter(
    ([name]) => !/^(LANGSMITH_|LANGCHAIN_|OTEL_|OPENAI_|NODE_OPTIONS$|NODE_USE_ENV_PROXY$)/.test(name),
  )
  return Object.fromEntries(ours)
}
