/// <reference lib="esnext.disposable" preserve="true" />
import type { Span, SpanOptions, TimeInput } from '@opentelemetry/api'
import type { SessionEndState } from '@otel-sessions/semconv'
import type { MetadataValue } from '../scope/session-init.ts'
import type { AttachmentInput } from './attachments/input.ts'

/** What `startSession` takes. Everything is optional. */
export interface SessionStart {
  /** The session ID; see `checkSessionId`. Where it is missing, a UUID v7 is created; an invalid one is not replaced. */
  readonly sessionId?: string | undefined
  /** A display name of at most 200 characters, written on the span `session.start` only. */
  readonly name?: string | undefined
  /** The ID of the end user. Same rule as a session ID. */
  readonly userId?: string | undefined
  /** Tags: non-empty strings of at most 200 characters, at most 32. */
  readonly tags?: readonly string[] | undefined
  /** Free metadata: strings, finite numbers, booleans; 4 kB as JSON. */
  readonly metadata?: Readonly<Record<string, MetadataValue>> | undefined
  /** The session that this one replaces, and that ends with the start of this one. Not the ID of this session. */
  readonly previousSessionId?: string | undefined
  /** When the session began. @default now */
  readonly startTime?: TimeInput | undefined
}

/** What `resumeSession` takes: the session ID, and the fields that are known here. */
export interface SessionResume extends Pick<SessionStart, 'userId' | 'tags' | 'metadata'> {
  /** The session ID; see `checkSessionId`. */
  readonly sessionId: string
}

/** How a session ends. */
export interface SessionEnd {
  /**
   * Whether the session succeeded.
   *
   * @default 'indeterminate'
   */
  readonly state?: SessionEndState | undefined
  /** Why the session ends, in at most 32,768 characters. */
  readonly reason?: string | undefined
  /** When the session ends. @default now */
  readonly time?: TimeInput | undefined
}

/** How a session has ended. */
export interface SessionEnded {
  /** The state in which the session ended. */
  readonly state: SessionEndState
  /** Why the session ended, if a reason was given. */
  readonly reason: string | undefined
}

/** Feedback about a session: at least one of score, label and comment. */
export interface SessionFeedback {
  /** The rating as a finite number; you define its scale. */
  readonly score?: number | undefined
  /** The rating as a label of at most 200 characters, such as `helpful`. */
  readonly label?: string | undefined
  /** A comment of at most 32,768 characters. */
  readonly comment?: string | undefined
  /**
   * Who gives the feedback.
   *
   * @default 'human'
   */
  readonly source?: 'human' | 'llm' | 'code' | undefined
  /**
   * What the feedback is about, where there is more than one thing. At most 200 characters.
   *
   * @default 'feedback'
   */
  readonly name?: string | undefined
}

/**
 * A session as an object. Each call immediately emits a short root span with a fixed name and the `session.id`. The
 * object decides nothing, so `resumeSession` with the same ID in another process does the same.
 *
 * No method throws or blocks: invalid arguments are left out, counted, and logged once. Methods may be detached from
 * the object.
 */
export interface Session {
  /** The session ID; the empty string where `startSession` or `resumeSession` got an invalid one. */
  readonly id: string
  /**
   * How the session ended; undefined while it is open. `end` on this object sets it. For a session that was started in
   * this process, so does everything else that ends it here: another object of the same ID, a signal or the shutdown
   * of the provider (with that as the reason), or the start of the session that replaces it (`replaced`).
   */
  readonly ended: SessionEnded | undefined

  /**
   * Runs a function in the session, as `usingSession` does, with the session's user, tags and metadata. An error of the
   * function does not end the session.
   *
   * @throws what `fn` throws; a TypeError when `fn` is not a function
   */
  run<T>(fn: () => T): T

  /**
   * Runs a function in the session and in a new root span, which makes a new trace. The span ends when the function
   * returns, when its native Promise settles, or when the stream that it returns is over: read to its end, left,
   * cancelled or failed. A stream that is not read any more is over when it is garbage-collected. Errors are recorded
   * on the span and thrown on.
   *
   * The span ends at once for values that cannot be followed without changing them: a foreign thenable, such as the
   * OpenAI SDK's lazy APIPromise (make `fn` an async function that awaits it), a frozen stream, and an object that only
   * contains streams (read them inside `fn`).
   *
   * @param name the span's name, 1 to 200 characters; of low cardinality, so no IDs. An invalid name becomes `trace`
   * @param fn what to run, exactly once; it may end the span itself
   * @param options as for `startSpan`
   * @returns what `fn` returns, as `run` returns it
   * @throws what `fn` throws; a TypeError when `fn` is not a function
   */
  trace<T>(name: string, fn: (span: Span) => T, options?: Omit<SpanOptions, 'root'>): T

  /** Adds tags to everything from now on, and emits an event named `tags`. */
  addTag(...tags: string[]): void

  /**
   * Adds metadata, key by key, to everything from now on, and emits an event named `metadata`. Where the JSON of all
   * metadata would exceed 4 kB, nothing is added.
   */
  setMetadata(metadata: Readonly<Record<string, MetadataValue>>): void

  /**
   * Emits an event.
   *
   * @param name 1 to 200 characters; without a valid name nothing is emitted
   * @param data sent as JSON of at most 32 kB, else left out
   * @param time when it happened, if not now: from 1970 to 2262
   */
  event(name: string, data?: Readonly<Record<string, unknown>>, time?: TimeInput): void

  /** Emits feedback, in OpenInference's form as well. */
  feedback(feedback: SessionFeedback): void

  /** Emits a metric: a name of 1 to 200 characters and a finite number. Nothing is emitted where one is invalid. */
  metric(name: string, value: number): void

  /**
   * Attaches data, a file or a URL. Content above `maxInlineBytes` is passed to `upload`; without that option only name,
   * type, size and hash are sent, which is logged once. Nothing is truncated.
   *
   * @returns resolves when the span is emitted; never rejects
   */
  attach(attachment: AttachmentInput): Promise<void>

  /**
   * Ends the session, not before its start. The first end counts; later ones are counted and change nothing. An
   * argument that is no object, or has another state, is rejected: the session stays open for the corrected call.
   * Whatever comes after the end is emitted all the same, with `session.late: true`.
   */
  end(end?: SessionEnd): void

  /**
   * Waits for attachments, and ends the session unless it has ended; for `await using`. A resumed session is not ended:
   * it began elsewhere. Never rejects.
   */
  [Symbol.asyncDispose](): Promise<void>
}
