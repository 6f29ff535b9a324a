
import { spawn } from 'node:child_process'
import { Worker } from 'node:worker_threads'
import { getSession } from '@otel-sessions/processor'

const env = { ...process.env, OTEL_SESSION_ID: getSession()?.sessionId }
spawn('node', ['agent.js'], { env })
new Worker('./agent.js', { env })

export {}
