import http from 'node:http'
import https from 'node:https'
import { isIP } from 'node:net'
import { createSecureContext } from 'node:tls'
import { kindOf } from '@otel-sessions/semconv/internal'
import { type HttpAgentOption, PROCESSOR } from '../../options.ts'
import { nameOfError } from '../messages.ts'
import { builtInNameOf, isPromise, ValueError } from './option-failure.ts'

type AgentOptions = Readonly<Record<string, unknown>>

/** Whether Node can use a value for connections. */
const isAgent = (value: unknown): value is http.Agent =>
  typeof (value as { addRequest?: unknown } | null | undefined)?.addRequest === 'function'

interface Rule {
  readonly must: string
  accepts(value: unknown): boolean
}

const isNumber = (value: unknown, least: number, most = Number.POSITIVE_INFINITY): boolean =>
  typeof value === 'number' && value >= least && value <= most

/** Node takes 0 for no limit. */
const SOCKETS: Rule = { must: 'a number of 0 or more', accepts: (value) => isNumber(value, 0) }
const MILLIS: Rule = { must: 'a number of milliseconds', accepts: (value) => isNumber(value, 0, 2 ** 31 - 1) }
const TEXT: Rule = { must: 'a string', accepts: (value) => typeof value === 'string' }
const FUNCTION: Rule = { must: 'a function', accepts: (value) => typeof value === 'function' }

/** Node checks these after it has made the socket. Nobody listens to its error then, which would end the process. */
const UNGUARDED: Readonly<Record<string, Rule>> = {
  servername: TEXT,
  session: {
    must: 'a string or a Buffer',
    accepts: (value) => typeof value === 'string' || Buffer.isBuffer(value),
  },
}

/** Options that Node checks with each connection only, or not at all. */
const RULES: Readonly<Record<string, Rule>> = {
  maxSockets: SOCKETS,
  maxTotalSockets: SOCKETS,
  maxFreeSockets: SOCKETS,
  timeout: MILLIS,
  keepAliveMsecs: MILLIS,
  localAddress: { must: 'an IP address', accepts: (value) => typeof value === 'string' && isIP(value) !== 0 },
  localPort: { must: 'a port', accepts: (value) => isNumber(value, 0, 65_535) },
  family: { must: '4 or 6', accepts: (value) => value === 4 || value === 6 || value === 0 },
  lookup: FUNCTION,
  socketPath: TEXT,
  checkServerIdentity: FUNCTION,
  ...UNGUARDED,
}

/** Options of TLS that Node can check at once. */
const TLS_OPTIONS = [
  ...['ca', 'cert', 'key', 'passphrase', 'pfx', 'crl', 'ciphers', 'sigalgs', 'ecdhCurve', 'dhparam'],
  ...['minVersion', 'maxVersion', 'secureProtocol', 'secureOptions'],
]

/** Checks options of an agent. @throws ValueError that names the one that is wrong, without its value */
function checkAgentOptions(protocol: string, options: AgentOptions): void {
  checkBy(RULES, options)
  if (protocol !== 'https:' || !TLS_OPTIONS.some((name) => (options[name] ?? undefined) !== undefined)) return
  try {
    createSecureContext(options)
  } catch (error) {
    throw new ValueError(`rejected by Node: ${whyRejected(error)}`)
  }
}

/**
 * Returns the option `httpAgentOptions`, with what only the environment has.
 *
 * @throws TypeError for a wrong value; the message names the option and the kind of its value
 */
export function agentOptionsOf(
  url: string,
  option: HttpAgentOption,
  tls: AgentOptions | undefined,
): HttpAgentOption {
  if (typeof option === 'function') return option
  if (isAgent(option)) {
    throw new TypeError(
      `${PROCESSOR}: option httpAgentOptions must be options of an agent, it is an agent; pass a function, () => agent`,
    )
  }
  if (typeof option !== 'object' || option === null || Array.isArray(option)) {
    throw new TypeError(
      `${PROCESSOR}: option httpAgentOptions must be an object or a function that returns an agent, it is ${kindOf(option)}`,
    )
  }
  const builtIn = builtInNameOf(option)
  const isA = builtIn === undefined ? undefined : `a ${builtIn}`
  const kind = isPromise(option) ? 'a promise' : 'dispatch' in option ? 'a dispatcher of fetch' : isA
  if (kind !== undefined) {
    throw new TypeError(
      `${PROCESSOR}: option httpAgentOptions must be options of an agent or a function that returns one, it is ${kind}`,
    )
  }
  try {
    // A file of the environment that is wrong throws nothing.
    checkAgentOptions(new URL(url).protocol, option)
  } catch (error) {
    const problem = error instanceof ValueError ? error.message : 'its values cannot be read'
    throw new TypeError(`${PROCESSOR}: option httpAgentOptions: ${problem}`)
  }
  return { ...tls, ...option }
}

/** Returns an agent of the application. @throws ValueError for what is none, or would end the process */
export function checkAgent(agent: unknown): http.Agent {
  if (!isAgent(agent)) throw new ValueError(`it must return an agent, it returned ${kindOf(agent)}`)
  checkBy(UNGUARDED, optionsOf(agent))
  return agent
}

function checkBy(rules: Readonly<Record<string, Rule>>, options: AgentOptions): void {
  for (const [name, { must, accepts }] of Object.entries(rules)) {
    const value = options[name] ?? undefined
    if (value !== undefined && !accepts(value)) {
      throw new ValueError(`${name} must be ${must}, it is ${kindOf(value)}`)
    }
  }
}

/** An agent of ours, and what has it start a request. */
export interface OwnAgent {
  readonly agent: http.Agent
  /** Calls a function within which a connection that cannot be made throws. */
  starting<T>(start: () => T): T
}

/** @throws TypeError for options that Node rejects */
export function newAgent(protocol: string, options: AgentOptions): OwnAgent {
  const { Agent, globalAgent } = protocol === 'https:' ? https : http
  let agent: http.Agent
  try {
    agent = new Agent({ keepAlive: true, ...proxyOf(globalAgent), ...options })
  } catch (error) {
    throw new TypeError(`${PROCESSOR}: option httpAgentOptions was rejected by Node: ${whyRejected(error)}`)
  }
  let isStarting = false
  const connect = agent.createConnection
  // For a request that waits for a connection, it is called when another ends. Nobody would catch what it throws.
  agent.createConnection = (given, done) => {
    try {
      return connect.call(agent, given, done)
    } catch (error) {
      if (isStarting || done === undefined) throw error
      done(error as Error, undefined as never)
      return undefined
    }
  }
  return {
    agent,
    starting(start) {
      isStarting = true
      try {
        return start()
      } finally {
        isStarting = false
      }
    },
  }
}

/** An error's name, and the property that Node's message names. The rest of the message may contain its value. */
export function whyRejected(error: unknown): string {
  const name = nameOfError(error)
  if (name === 'ERR_INVALID_PROTOCOL')
    return `${name}, the agent is for another protocol than that of option url`
  const message = error instanceof Error ? error.message : ''
  const property = /^The (?:\w+ )?["'](?:options\.)?(\w{1,40})["'] /.exec(message)?.[1]
  return property === undefined ? name : `${name} for ${property}`
}

/** The proxies that Node's own agent uses: with `NODE_USE_ENV_PROXY`, where this Node knows it, those of the environment. */
function proxyOf(globalAgent: unknown): AgentOptions {
  const { proxyEnv } = optionsOf(globalAgent)
  return proxyEnv ? { proxyEnv } : {}
}

/** The options that an agent was made with. */
export const optionsOf = (agent: unknown): AgentOptions & { readonly proxyEnv?: unknown } =>
  (agent as { options?: AgentOptions } | undefined)?.options ?? {}
