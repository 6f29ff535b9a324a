import { sayOnce } from '../../report.ts'

const MOST_CHARACTERS = 200

/** What a receiver wrote, short enough for a log, without what would break its lines. */
const said = (message: string): string => {
  const text = message.replaceAll(/\s+/g, ' ').trim()
  return text === '' ? '' : `: ${text.slice(0, MOST_CHARACTERS)}`
}

export function sayRefused(status: number, message: string): void {
  sayOnce(`refused:${status}`, () => {
    return `the receiver refuses spans for good (${status}${said(message)}). They are kept, which stats().rejected counts, and sent again by redeliver()`
  })
}

export function sayPartial(rejectedSpans: number, message: string): void {
  if (rejectedSpans > 0) {
    sayOnce('partial-success', () => {
      return `the receiver took a request, but not all of its spans, which stats().dropped counts as partial-success${said(message)}`
    })
  } else if (message !== '') {
    sayOnce('partial-warning', () => `the receiver took a request, and warns${said(message)}`)
  }
}

export function sayFailing(reason: string): void {
  sayOnce('failing', () => `spans are not taken by the receiver (${reason}); they are kept, and tried again`)
}
