/// <reference lib="esnext.disposable" preserve="true" />
import type { Span, SpanOptions, TimeInput } from '@opentelemetry/api'
import type { SessionEndState } from '@otel-sessions/semconv'
import type { MetadataValue } from '../scope/session-init.ts'
import type { AttachmentInput } from './attachments/input.ts'

/** What a session is started with. Everything is optional. */
export interface SessionStart {
  /** The session ID; see `checkSessionId`. Without it, or where it is no valid one, a UUID v7 is made, and that is said. */
  readonly id?: string | undefined
  /** A name for people. On the span `session.start` alone. */
  readonly name?: string | undefined
  /** The end user. Same rule as a session ID. */
  readonly userId?: string | undefined
  /** Tags: non-empty strings of at most 200 characters, at most 32. */
  readonly tags?: readonly string[] | undefined
  /** Free metadata: strings, finite numbers, booleans; 4 kB as JSON. */
  readonly metadata?: Readonly<Record<string, MetadataValue>> | undefined
  /** The session that this one follows, and that ends with it. Another ID than this session's. */
  readonly previousSessionId?: string | undefined
  /** When the session began, if not now. */
  readonly startTime?: TimeInput | undefined
}

/** How a session ended. */
export interface SessionEnd {
  /** @default 'indeterminate' */
  readonly state?: SessionEndState | undefined
  /** Why, in words; at most 32,768 characters. */
  readonly reason?: string | undefined
  /** When, if not now. */
  readonly time?: TimeInput | undefined
}

/** How a session has ended. */
export interface SessionEnded {
  /** How. */
  readonly state: SessionEndState
  /** Why, if anybody said so. */
  readonly reason: string | undefined
}

/** A judgement about a session: at least one of score, label and comment. */
export interface SessionFeedback {
  /** A finite number; what it means is yours. */
  readonly score?: number | undefined
  /** The judgement in a word, such as `helpful`; at most 200 characters. */
  readonly label?: string | undefined
  /** The judgement in sentences; at most 32,768 characters. */
  readonly comment?: string | undefined
  /**
   * Who judged.
   *
   * @default 'human'
   */
  readonly source?: 'human' | 'llm' | 'code' | undefined
  /**
   * What was judged, where there is more than one thing.
   *
   * @default 'feedback'
   */
  readonly name?: string | undefined
}

/**
 * A session as an object: it holds an ID, and says things about it. Every word travels as a short root span that
 * carries `session.id`; nothing is kept here that decides anything, so what `resumeSession` gives in another
 * process is as good as this.
 *
 * No method throws, or waits for anything: what is wrong with an argument is left out, counted and said once. They
 * may be taken off the object.
 */
export interface Session {
  /** The session ID; the empty string where `resumeSession` was given none that is valid. */
  readonly id: string
  /**
   * How it ended, once `end` was called on this object, or, where it was started here, by whatever else has ended
   * it in this process: another object of the same ID, a signal, the shutdown of the provider (with that as the
   * reason), or the start of the session that follows it (`replaced`).
   */
  readonly ended: SessionEnded | undefined

  /**
   * Runs a function inside the session, as `usingSession` does, with the user, the tags and the metadata of the
   * session. An error that it throws is the caller's, and does not end the session.
   *
   * @throws what `fn` throws; a TypeError when `fn` is no function
   */
  run<T>(fn: () => T): T

  /**
   * Runs a function inside the session and inside a root span of its own: a new trace. The span ends when the
   * function has returned, its native Promise is settled, or the stream that it gave is over: read to its end, left,
   * cancelled, failed. One that nobody reads any more is over when it is collected as garbage. An error is recorded
   * on the span and thrown on.
   *
   * With what cannot be followed without changing it, the span ends at once: a foreign thenable, such as the OpenAI
   * SDK's lazy APIPromise (make `fn` an async function that awaits it), a frozen stream, and an object that only holds
   * streams (read them inside `fn`).
   *
   * @param name the span's name, 1 to 200 characters; of low cardinality, so no IDs. Else it is called `trace`
   * @param fn what to run, exactly once; it may end the span itself
   * @param options as for `startSpan`
   * @returns what `fn` returns, as `run` gives it back
   * @throws what `fn` throws; a TypeError when `fn` is no function
   */
  trace<T>(name: string, fn: (span: Span) => T, options?: Omit<SpanOptions, 'root'>): T

  /** Adds tags, to what is said and run from now on; they travel at once, as an event called `tags`. */
  addTag(...tags: string[]): void

  /**
   * Adds metadata, key by key, to what is said and run from now on; it travels at once, as an event called `metadata`.
   * Where all of it would have more than 4 kB as JSON, what was there before stays.
   */
  setMetadata(metadata: Readonly<Record<string, MetadataValue>>): void

  /**
   * Something that happened.
   *
   * @param name 1 to 200 characters; without one, nothing is said
   * @param data what belongs to it; travels as JSON of at most 32 kB, else it is left out
   * @param time when, if not now: from 1970 to 2262
   */
  event(name: string, data?: Readonly<Record<string, unknown>>, time?: TimeInput): void

  /** A judgement about the session. Travels in OpenInference's form as well. */
  feedback(feedback: SessionFeedback): void

  /** Something that was measured: a name of 1 to 200 characters, and a finite number; else nothing is said. */
  metric(name: string, value: number): void

  /**
   * A file, data or an address that belongs to the session. What is larger than `maxInlineBytes` goes through
   * `upload`; without it, name, type, size and hash travel alone, and that is said. Nothing is cut off.
   *
   * @returns resolves when the word has been sent on its way; never rejects
   */
  attach(attachment: AttachmentInput): Promise<void>

  /**
   * Ends the session, never before its start. The first end holds; later ones are counted and change nothing. What is
   * said or run after it is delivered all the same, with `session.late: true`.
   */
  end(end?: SessionEnd): void

  /**
   * `await using`: waits for attachments on their way, and ends the session where nothing has. One that was resumed
   * goes on: it began elsewhere. Never rejects.
   */
  [Symbol.asyncDispose](): Promise<void>
}
