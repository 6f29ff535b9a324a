import type { Attributes } from '@opentelemetry/api'
import {
  ATTR_SESSION_EVENT_DATA,
  ATTR_SESSION_EVENT_NAME,
  ATTR_SESSION_METRIC_NAME,
  ATTR_SESSION_METRIC_VALUE,
} from '@otel-sessions/semconv'
import { kindOf } from '@otel-sessions/semconv/internal'
import { report } from '../../report/report.ts'
import { checkFinite, checkName, TEXT_MAX_LENGTH } from './check-values.ts'

/** An event as attributes; undefined where it has no name. Data that is no JSON is left out. Never throws. */
export function eventAttributes(name: unknown, data: unknown): Attributes | undefined {
  const checked = checkName('session-event:bad-name', 'an event', name)
  if (checked === undefined) return undefined
  const json = dataJson(data)
  return {
    [ATTR_SESSION_EVENT_NAME]: checked,
    ...(json === undefined ? {} : { [ATTR_SESSION_EVENT_DATA]: json }),
  }
}

function dataJson(data: unknown): string | undefined {
  if (data === undefined || data === null) return undefined
  try {
    const json: unknown = typeof data === 'object' ? JSON.stringify(data) : undefined
    if (typeof json === 'string') return withinLimit(json)
  } catch {
    // A cycle, a BigInt, a `toJSON` or a getter that throws.
  }
  report('session-event:bad-data', () => {
    return `the data of an event is left out: it is ${kindOf(data)} that JSON.stringify does not take; an object without cycles and BigInts is taken`
  })
  return undefined
}

function withinLimit(json: string): string | undefined {
  if (json.length <= TEXT_MAX_LENGTH) return json
  report('session-event:data-too-long', () => {
    return `the data of an event is left out: its JSON has ${json.length} characters, ${TEXT_MAX_LENGTH} are allowed`
  })
  return undefined
}

/** A metric as attributes; undefined where it has no name, or no finite number. Never throws. */
export function metricAttributes(name: unknown, value: unknown): Attributes | undefined {
  const checkedName = checkName('session-metric:bad-name', 'a metric', name)
  const checkedValue = checkFinite('session-metric:bad-value', 'a metric', value)
  if (checkedName === undefined || checkedValue === undefined) return undefined
  return { [ATTR_SESSION_METRIC_NAME]: checkedName, [ATTR_SESSION_METRIC_VALUE]: checkedValue }
}
