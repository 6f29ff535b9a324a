/** An option that is used for each request, and can fail then. */
export type RequestOption = 'headers' | 'httpAgentOptions'

/** Says what is wrong with the value of an option. Its message can be logged: it has the value's kind, not the value. */
export class ValueError extends TypeError {}

/** An option failed, so no request was made. That says nothing about the endpoint, nor about the spans. */
export class OptionFailure extends Error {
  /** The reason that the answer gets. */
  readonly code: string

  constructor(option: RequestOption, reason: string) {
    super(reason)
    this.code = `option ${option}: ${reason}`
  }
}

/** Whether the reason of an answer is that of an `OptionFailure`. */
export const isOfOption = (reason: string): boolean => reason.startsWith('option ')

/** Whether a value is a promise, where an option takes a function that returns one. */
export const isPromise = (value: object): boolean => typeof (value as { then?: unknown }).then === 'function'

/**
 * The name of a built-in class whose objects have no properties, such as `Date` or `Map`: where options are read from an
 * object, such a one is taken for none by mistake. Undefined for other objects.
 */
export function builtInNameOf(value: object): string | undefined {
  const name = Object.prototype.toString.call(value).slice('[object '.length, -1)
  return name === 'Object' || Object.keys(value).length > 0 ? undefined : name
}
