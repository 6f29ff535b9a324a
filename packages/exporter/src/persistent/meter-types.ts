import type { MeterProvider } from '@opentelemetry/api'

/** The part of a MeterProvider that is used. */
export type MeterProviderLike = Pick<MeterProvider, 'getMeter'>
