import {
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_METADATA,
  ATTR_OVERWRITTEN_ID,
  ATTR_SESSION_ID,
  ATTR_TAG_TAGS,
  ATTR_USER_ID,
} from '@otel-sessions/semconv'

/** The attributes as they are stamped, which no dialect writes. */
export const GENERIC_KEYS: readonly string[] = [
  ATTR_SESSION_ID,
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_USER_ID,
  ATTR_TAG_TAGS,
  ATTR_METADATA,
  ATTR_OVERWRITTEN_ID,
]

/** Names by which an object's prototype is reached. */
export const PROTOTYPE_NAMES: readonly string[] = ['__proto__', 'constructor', 'prototype']
