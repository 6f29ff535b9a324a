import { baggage } from './baggage.ts'
import { langfuse } from './langfuse.ts'
import type { Scopes, Stamper } from './library.ts'
import { openInference } from './openinference.ts'
import { openInferenceVercel } from './openinference-vercel.ts'
import { ours } from './ours.ts'
import { traceloop } from './traceloop.ts'

/** The name of our rows. */
export const OURS = 'otel-sessions'

/** All stampers by row name. */
export const STAMPERS: Readonly<Record<string, () => Promise<Stamper>>> = {
  ...ours.stampers,
  ...baggage.stampers,
  ...langfuse.stampers,
  ...openInference.stampers,
  ...openInferenceVercel.stampers,
  ...traceloop.stampers,
}

/** All scopes by row name. */
export const SCOPES: Readonly<Record<string, () => Promise<Scopes>>> = {
  [OURS]: ours.scopes,
  baggage: baggage.scopes,
  'Langfuse propagateAttributes': langfuse.scopes,
  'OpenInference setSession': openInference.scopes,
  'Traceloop withAssociationProperties': traceloop.scopes,
}
