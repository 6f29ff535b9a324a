export type Modules = typeof import('./core-1.4/modules.ts')

export interface Settings {
  readonly core: '0.3' | '1.2' | '1.3' | '1.4'
  readonly instrumentation: 'openinference' | 'traceloop'
  readonly scenario: 'chain' | 'stream' | 'langgraph' | 'retry' | 'batch'
  readonly requests: number
  /** What is passed as `metadata.thread_id`; nothing if left out. */
  readonly thread?: 'session' | 'other'
  /** Whether a user's own handler takes 20 ms. */
  readonly slow?: boolean
  /** Whether each request waits for the one before. */
  readonly sequential?: boolean
  /** Whether every other request is in no session. */
  readonly outside?: boolean
  /** `automatic`: the processor; `handlers`: the fallback alone; `none`: neither. */
  readonly cure: 'automatic' | 'handlers' | 'none'
}

export interface Request {
  readonly owner: string
  readonly config: { metadata?: Record<string, string>; callbacks?: object[] }
}
