import type { ShownSpan } from '../compare.ts'
import { type Served, serve } from '../python/serve.ts'

/** A trace in MLflow, with its OpenTelemetry ID. */
export interface ShownTrace {
  traceId: string
  session: string | undefined
  user: string | undefined
  spans: ShownSpan[]
}

export interface MLflow extends Served {
  /** @returns its ID, which exporters send in the header `x-mlflow-experiment-id` */
  createExperiment(name: string): Promise<string>
  /** Every trace of an experiment. */
  traces(experiment: string): Promise<ShownTrace[]>
}

export async function startMLflow(python: string): Promise<MLflow> {
  const { url, stop } = await serve(python, {
    name: 'MLflow',
    health: '/health',
    args: (port, folder) => [
      ...['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', `${port}`, '--workers', '1'],
      ...[
        '--backend-store-uri',
        `sqlite:///${folder}/mlflow.db`,
        '--artifacts-destination',
        `${folder}/files`,
      ],
    ],
    env: () => ({ MLFLOW_DISABLE_TELEMETRY: 'true', MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false' }),
  })
  return {
    url,
    stop,
    createExperiment: async (name) =>
      (await ask<{ experiment_id: string }>(`${url}/api/2.0/mlflow/experiments/create`, { name }))
        .experiment_id,
    traces: (experiment) => tracesOf(`${url}/api/3.0/mlflow/traces`, experiment),
  }
}

async function ask<T>(url: string, body?: object): Promise<T> {
  const response = await fetch(url, {
    headers: { 'content-type': 'application/json' },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${url} was answered with ${response.status}: ${await response.text()}`)
  return (await response.json()) as T
}

interface RestTrace {
  trace_id: string
  trace_metadata?: Record<string, string>
}

interface RestSpan {
  trace_id: string
  span_id: string
  name: string
  attributes?: { key: string; value: { string_value?: string } }[]
}

/** MLflow answers an export once the spans are stored, so there is nothing to wait for. */
async function tracesOf(url: string, experiment: string): Promise<ShownTrace[]> {
  const found: RestTrace[] = []
  const locations = [{ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: experiment } }]
  for (let token: string | undefined = ''; token !== undefined; ) {
    const page: { traces?: RestTrace[]; next_page_token?: string } = await ask(`${url}/search`, {
      locations,
      max_results: 100,
      ...(token && { page_token: token }),
    })
    found.push(...(page.traces ?? []))
    token = page.next_page_token
  }
  return Promise.all(
    found.map(async ({ trace_id, trace_metadata: { ...metadata } = {} }) => {
      const { trace } = await ask<{ trace: { spans?: RestSpan[] } }>(`${url}/get?trace_id=${trace_id}`)
      return {
        traceId: trace_id.replace(/^tr-/, ''),
        session: metadata['mlflow.trace.session'],
        user: metadata['mlflow.trace.user'],
        spans: (trace.spans ?? []).map(shown),
      }
    }),
  )
}

const hex = (base64: string): string => Buffer.from(base64, 'base64').toString('hex')

function shown({ trace_id, span_id, name, attributes = [] }: RestSpan): ShownSpan {
  const session = attributes.find(({ key }) => key === 'session.id')?.value.string_value
  return { traceId: hex(trace_id), spanId: hex(span_id), name, session }
}
