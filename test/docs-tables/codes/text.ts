/** What the troubleshooting page says about one code: Markdown, with links as from `docs/guide`. */
export interface CodeText {
  /** What happened and why, and what becomes of the span or the value. */
  readonly what: string
  /** What to do about it. */
  readonly fix: string
}

/** Codes with something in common, under one heading. */
export interface Area<Code extends string> {
  readonly title: string
  /** The anchor of the heading. */
  readonly anchor: string
  /** What is common to all codes of the area. */
  readonly intro: string
  readonly codes: Readonly<Record<Code, CodeText>>
  /** Lists the codes in place of a heading for each. */
  readonly isList?: boolean
}

/** An area whose codes are all of a union: a missing one does not compile. */
export const area = <Code extends string>(given: Area<Code>): Area<Code> => given
