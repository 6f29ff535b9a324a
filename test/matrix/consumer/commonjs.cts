// An application of CommonJS modules, which TypeScript compiles to `require()`. It is only type-checked.
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { SessionSpanProcessor, usingSession } from '@otel-sessions/processor'
import { createSessionId } from '@otel-sessions/semconv'
import { sessions } from 'otel-sessions/express'

export const value: number = usingSession(createSessionId(), () => 1)
export const parts: unknown[] = [SessionSpanProcessor, SessionSpanExporter, sessions]
// @ts-expect-error what it returns is a number
export const other: string = usingSession('conv_1', () => 1)
