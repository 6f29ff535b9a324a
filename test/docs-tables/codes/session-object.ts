import { area } from './text.ts'

export const SESSION_START = area({
  title: 'Starting a session',
  anchor: 'session-start',
  intro: '`startSession` works, and leaves out a part of its argument.',
  codes: {
    'session-start:bad-name': {
      what: '`name` is no string of 1 to 200 characters. The session has no name.',
      fix: 'Shorten the name, or leave it out.',
    },
    'session-start:same-previous': {
      what: '`previousSessionId` is the ID of the session itself. It is left out.',
      fix: 'Give the ID of the session that this one continues, or none.',
    },
    'session-start:open-already': {
      what: 'A session with this ID was started in this process and is still open. Both objects work, but the shutdown ends only the later one.',
      fix: 'Use `resumeSession` for a session that exists.',
    },
  },
})

export const SESSION_TIME = area({
  title: 'Times',
  anchor: 'session-time',
  intro: 'A time that you passed to `startSession`, `event` or `end` cannot be used.',
  codes: {
    'session-time:bad-time': {
      what: 'It is no `Date`, no number of milliseconds and no `HrTime`, or it lies outside 1970 to 2262. The current time is used.',
      fix: 'Pass a `Date`, or `Date.now()`. Seconds need `* 1000`.',
    },
  },
})

export const SESSION_EVENT = area({
  title: 'Events',
  anchor: 'session-event',
  intro: '`session.event(name, data)` cannot send what you passed.',
  codes: {
    'session-event:bad-name': {
      what: 'The name is missing, or no string of 1 to 200 characters. The event is not sent.',
      fix: 'Pass a short name, and put details into `data`.',
    },
    'session-event:bad-data': {
      what: '`data` is no object, or `JSON.stringify` does not accept it: it has a cycle or a `BigInt`. The event is sent without data.',
      fix: 'Pass a plain object with the values that you need.',
    },
    'session-event:data-too-long': {
      what: 'The JSON of `data` has more than 32,768 characters. The event is sent without data.',
      fix: 'Send less, or [attach it as a file](session-object.md#attach-files).',
    },
  },
})

export const SESSION_METRIC = area({
  title: 'Metrics of a session',
  anchor: 'session-metric',
  intro: '`session.metric(name, value)` sends nothing.',
  codes: {
    'session-metric:bad-name': {
      what: 'The name is missing, or no string of 1 to 200 characters.',
      fix: 'Pass a short name.',
    },
    'session-metric:bad-value': {
      what: 'The value is no finite number: `NaN`, `Infinity` or a string.',
      fix: 'Convert it with `Number(value)`, and check the result.',
    },
  },
})

export const SESSION_FEEDBACK = area({
  title: 'Feedback',
  anchor: 'session-feedback',
  intro: '`session.feedback` leaves out what it cannot use, and sends the rest.',
  codes: {
    'session-feedback:unreadable': {
      what: 'Reading the feedback throws. It is not sent.',
      fix: 'Pass a plain object with the values.',
    },
    'session-feedback:empty': {
      what: 'No score, label or comment is left. The feedback is not sent.',
      fix: 'Give at least one of the three.',
    },
    'session-feedback:bad-name': {
      what: '`name` is no string of 1 to 200 characters. The name `feedback` is used.',
      fix: 'Pass a short name.',
    },
    'session-feedback:bad-score': {
      what: '`score` is no finite number. It is left out.',
      fix: 'Convert it with `Number(score)`; for a thumb, pass 1 or 0.',
    },
    'session-feedback:bad-label': {
      what: '`label` is no string of 1 to 200 characters. It is left out.',
      fix: 'Put longer text into `comment`.',
    },
    'session-feedback:bad-comment': {
      what: '`comment` is no string of 1 to 32,768 characters. It is left out.',
      fix: 'Leave the property out if there is no comment: an empty string is not accepted.',
    },
    'session-feedback:bad-source': {
      what: '`source` is none of `human`, `llm` and `code`. The feedback is sent without a source.',
      fix: 'Use one of the three. Without the property, the source is `human`.',
    },
  },
})

export const SESSION_TRACE = area({
  title: 'Traces of a session',
  anchor: 'session-trace',
  intro: '`session.trace(name, fn)` runs your function all the same.',
  codes: {
    'session-trace:bad-name': {
      what: 'The name is missing, or no string of 1 to 200 characters. The root span is called `trace`.',
      fix: 'Pass a short name as the first argument.',
    },
  },
})

export const SESSION_END = area({
  title: 'Ending a session',
  anchor: 'session-end',
  intro:
    'A session ends once. If the argument of `session.end` does not say how, the session stays open, so that you can correct the call. An invalid reason or time is only left out.',
  codes: {
    'session-end:unreadable': {
      what: 'The argument is no object with `state`, `reason` or `time`, or reading it throws. The session does not end.',
      fix: "Pass an object such as `{ state: 'success' }`.",
    },
    'session-end:bad-state': {
      what: '`state` is none of `success`, `failure` and `indeterminate`. The session does not end.',
      fix: 'Use one of the three, and put details into `reason`.',
    },
    'session-end:bad-reason': {
      what: '`reason` is no string of 1 to 32,768 characters. It is left out.',
      fix: 'Leave the property out if there is no reason: an empty string is not accepted.',
    },
    'session-end:before-start': {
      what: 'The time is before the start of the session. The time of the start is used, so the duration is 0.',
      fix: 'Check the unit and the time zone, or leave the time out.',
    },
    'session-end:again': {
      what: 'The session ended before. Only the first end counts.',
      fix: 'Read `session.ended` first. Or look for a second place that ends it, such as `await using` or [an idle timer](session-object.md#end-idle-sessions).',
    },
  },
})

export const SESSION_SPAN = area({
  title: 'What a session object sends',
  anchor: 'session-span',
  intro: 'Each call on a session object emits a short root span, such as `session.start`.',
  codes: {
    'session-span:no-session': {
      what: 'The ID that you passed is invalid, so the object has no session and emits nothing. `run` and `trace` run your function without a session.',
      fix: 'Look for a code that begins with [`session-id:`](#session-id): it says what is wrong with the ID.',
    },
    'session-span:no-processor': {
      what: "The provider has no `SessionSpanProcessor`. The session's own spans carry the ID; spans inside `run` do not, and the shutdown does not end open sessions.",
      fix: 'Create the provider with `spanProcessors: sessionProcessors([…])`.',
    },
    'session-span:failed': {
      what: 'The tracer or the logger of your provider throws. The span or the log event is missing.',
      fix: 'Look at the provider and its processors. Setting a [logger](#first-set-a-logger-and-read-the-counters) shows what OpenTelemetry reports.',
    },
    'session-span:cut-off': {
      what: 'An attribute exceeds `attributeValueLengthLimit` or `attributeCountLimit` of the SDK. It is left out, because half a file or half of a JSON text is wrong.',
      fix: 'Raise the limits of the provider, or send less inline: `maxInlineBytes`.',
    },
  },
})

export const SESSION_OPEN = area({
  title: 'Too many open sessions',
  anchor: 'session-open',
  intro: 'A provider that shuts down ends the sessions that are open.',
  codes: {
    'session-open:forgotten': {
      what: 'More than 10,000 sessions are open in this process. The shutdown will not end the oldest one.',
      fix: 'End sessions when they are over, or [when they are idle](session-object.md#end-idle-sessions).',
    },
  },
})

export const ATTACHMENT = area({
  title: 'Attachments',
  anchor: 'attachment',
  intro:
    '`session.attach` never rejects. It leaves out the attachment, its content or one of its fields. See [Attach files](session-object.md#attach-files).',
  codes: {
    'attachment:rejected': {
      what: 'The attachment is left out. It has no `data`, `file` or `url`, or the platform has no files. Or the URL is not absolute, has another scheme than http, https, s3 or gs, or contains a password.',
      fix: 'The log names the reason. Pass one of the three properties.',
    },
    'attachment:unreadable': {
      what: 'The attachment is left out, because reading it fails: the file does not exist, is no regular file, or takes longer than `uploadTimeoutMillis`.',
      fix: 'The log has the error code, such as `ENOENT`, and never the path. Check the path and the permissions.',
    },
    'attachment:bad-name': {
      what: '`name` is no string of 1 to 255 characters. It is left out.',
      fix: 'Pass a shorter name.',
    },
    'attachment:bad-type': {
      what: '`type` is no media type. The type of the data is used, or `application/octet-stream`.',
      fix: 'Pass a media type such as `image/png`.',
    },
    'attachment:bad-size': {
      what: '`size` is no whole number of bytes. It is left out.',
      fix: 'Pass the size in bytes, or leave it out.',
    },
    'attachment:bad-sha256': {
      what: '`sha256` is not 64 hexadecimal digits. It is left out.',
      fix: 'Pass the hash in hexadecimal, not in base64.',
    },
    'attachment:not-sent': {
      what: 'The attachment is sent without its content. It is larger than `maxInlineBytes`, and there is no `upload` function; or it is larger than 64 MiB, and is not loaded.',
      fix: 'Give an `upload` function that stores it, and returns its URL.',
    },
    'attachment:upload-failed': {
      what: 'The attachment is sent without its content. `upload` threw, took longer than `uploadTimeoutMillis`, or returned no valid URL.',
      fix: 'Look at your function. It must return an absolute URL without a password.',
    },
    'attachment:no-hash': {
      what: 'The attachment is sent without its SHA-256. It is too large to read, or the platform has no `crypto.subtle`, as on a page without https.',
      fix: 'Nothing, if you do not need the hash. Otherwise pass `sha256` with a `url`.',
    },
  },
})

export const IDLE = area({
  title: '`SessionIdle`',
  anchor: 'idle',
  intro: '[Ending idle sessions](session-object.md#end-idle-sessions) does not work as expected.',
  codes: {
    'idle:bad-id': {
      what: '`touch` got an invalid session ID, and ignores it.',
      fix: 'Pass the same ID as to `usingSession`.',
    },
    'idle:forgotten': {
      what: 'More than `maxSessions` sessions are watched. The one that is idle longest is forgotten, and does not expire.',
      fix: 'Raise `maxSessions`, or choose a shorter `idle`.',
    },
    'idle:on-expire': {
      what: 'Your `onExpire` threw, or its Promise was rejected. Other sessions expire all the same.',
      fix: 'Catch errors in the function.',
    },
  },
})

export const SIGNALS = area({
  title: '`endSessionsOnSignals`',
  anchor: 'signals',
  intro: '[Ending sessions on SIGTERM](session-object.md#end-sessions-on-sigterm) does not work as expected.',
  codes: {
    'signals:no-process': {
      what: 'The platform has no signals, as browsers and workers. The call does nothing.',
      fix: 'Call it on Node, Bun or Deno only.',
    },
    'signals:no-flush': {
      what: 'There is no global tracer provider with `forceFlush`. Sessions end, and nothing flushes their spans.',
      fix: 'Register the provider, or pass it: `endSessionsOnSignals({ provider })`.',
    },
    'signals:flush-failed': {
      what: 'The flush failed, so spans may be missing.',
      fix: 'Look at the exporter: `exporter.stats().failures` counts the reasons.',
    },
    'signals:flush-late': {
      what: 'The flush took longer than `timeoutMillis`. The process ended before it was complete.',
      fix: 'Raise `timeoutMillis`, below the time that your platform gives to a process. With [a journal](delivery.md#the-journal) the next process sends the rest.',
    },
  },
})
