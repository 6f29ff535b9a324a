import type { FrontDoorProblem } from '../../../packages/otel-sessions/src/problems.ts'
import { area, type CodeText } from './text.ts'

/** The processor counts copies of every package under one code, which has its text there. */
export type Own = Exclude<FrontDoorProblem, 'packages:two-copies'>

/** The codes of an area, with all that its name has. */
type CodesOf<Area extends string> = Readonly<Record<Extract<Own, `${Area}:${string}`>, CodeText>>

export const REQUEST = area({
  title: 'A helper finds no session',
  anchor: 'request',
  intro:
    'The option `session` of [a helper](entering-a-session.md#with-a-helper) gave no answer that can be used. The request, the job or the message goes on without a session. The log names the helper, such as `otel-sessions/express`.',
  codes: {
    'request:threw': {
      what: 'Your function threw. The log has the name of the error, and its code, such as `ECONNREFUSED`.',
      fix: 'Catch the error in the function. Return `null` for a request without a session, such as that of a user who is not signed in.',
    },
    'request:rejected': {
      what: 'The promise that your function returned was rejected. The log has the name of the error, and its code, such as `ECONNREFUSED`.',
      fix: 'Catch the error in the function, and look at what it calls: mostly the database that has the conversations.',
    },
    'request:timed-out': {
      what: 'The promise that your function returned took longer than `timeoutMillis`, 5 seconds by default. Its answer is ignored when it comes.',
      fix: 'Make the lookup faster, or raise `timeoutMillis`. The request waits for it.',
    },
    'request:invalid': {
      what: 'Your function returned something else than a session: an invalid ID, a number, an array, or an object without a valid `sessionId`.',
      fix: 'Return a string or an object such as `{ sessionId, userId }`. The log says what was returned, never its value. [Session IDs](../reference/session-ids.md) has the rule.',
    },
    'request:no-opentelemetry': {
      what: 'A helper was called, and nothing has set up OpenTelemetry in this process: there is neither a context manager nor a provider. The helper does nothing. It is not counted if `OTEL_SDK_DISABLED` is `true`.',
      fix: 'Call [`registerSessions()`](getting-started.md) before your application begins, or start it with `node --import otel-sessions/register`. On other runtimes than Node, register a provider with `sessionProcessors`.',
    },
    'request:no-session': {
      what: 'Your function returned `undefined` for each of the first 10 requests, jobs or messages, and named no session so far. `undefined` states nothing: the spans have a session only if something else names it. Mostly the function looks for something that is not there, such as a header that the client does not send.',
      fix: 'Return the conversation of the signed-in user, or `null` where there is none. It is right as it is if a framework names the session, such as LangChain with a `thread_id`.',
    },
  } satisfies CodesOf<'request'>,
})

export const MCP = area({
  title: 'A message of an MCP server has no session',
  anchor: 'mcp',
  intro:
    'A client with [`bindTransport`](../frameworks/mcp.md#the-callbacks-of-a-client) got a message, such as a request for sampling, and handles it without a session. Another session would perhaps be that of another user.',
  codes: {
    'mcp:several-sessions': {
      what: 'Calls of several sessions were open. The transport, such as stdio, does not say which of them a message belongs to.',
      fix: 'Connect over HTTP, which says it. Or use a client for each session, and bind it: `bindSession(transport, session)`.',
    },
  } satisfies CodesOf<'mcp'>,
})

export const REGISTER = area({
  title: '`registerSessions` and `--import otel-sessions/register`',
  anchor: 'register',
  intro: 'The set-up differs from what you may expect.',
  codes: {
    'register:again': {
      what: '`registerSessions` was called a second time. The first set-up stays as it is, and the second call returns it.',
      fix: 'Call it once, in the file that your application loads first.',
    },
    'register:provider-exists': {
      what: 'Something else has registered a tracer provider, and OpenTelemetry keeps the first one. `registerSessions` changes nothing, so the spans get no session.',
      fix: 'Give that provider `spanProcessors: sessionProcessors([…])`. If you cannot change it, start your application with `node --import otel-sessions/register`, which joins it.',
    },
    'register:api-rejected': {
      what: 'The API of OpenTelemetry did not accept the provider, so the spans get no session. Mostly two versions of `@opentelemetry/api` are loaded.',
      fix: 'Make `npm ls @opentelemetry/api` show one version: see [the API](../runtimes.md#the-api-one-version-one-copy).',
    },
    'register:api-versions': {
      what: 'The application, its SDK and these packages do not find one version of `@opentelemetry/api`. A provider that is registered with one of them would keep the others from registering theirs, so `otel-sessions/register` registers none. It joins a provider that somebody else registers. Or a package has a version that is newer than the registered one, other than 1.10 beside 1.9, and uses nothing of it. Only `otel-sessions/register` serves 1.10 beside 1.9, and notices such a package.',
      fix: 'Make `npm ls @opentelemetry/api` show one version: see [the API](../runtimes.md#the-api-one-version-one-copy).',
    },
    'register:twice': {
      what: '`otel-sessions/register` is loaded twice, such as on the command line and in `NODE_OPTIONS`. The second time does nothing.',
      fix: 'Remove one of the two.',
    },
    'register:not-loaded': {
      what: '`otel-sessions/register` cannot be loaded: Node is too old, was started with `--no-experimental-require-module`, or a package is missing. Node prints it as a warning, and the application runs as it would without it. It is not counted.',
      fix: 'Use Node 20.19, 22.12 or a later version. If the warning names a package, install it.',
    },
    'register:failed': {
      what: '`otel-sessions/register` threw when it set up. The application runs as it would without it, and its spans get no session.',
      fix: 'Set up in code with [`registerSessions`](getting-started.md), whose error tells more, and report it.',
    },
  } satisfies CodesOf<'register'>,
})

export const JOIN = area({
  title: '`--import otel-sessions/register` joins no provider',
  anchor: 'join',
  intro:
    'A provider was registered, and it works as it would without `otel-sessions/register`. Its spans get no session.',
  codes: {
    'join:unreachable': {
      what: 'The provider has no span processors, or keeps them where nobody else can reach them. The log names its class. Sentry 11 has none. The spans of `dd-trace` cannot carry a session, even with a processor.',
      fix: 'Create the provider with `spanProcessors: sessionProcessors([…])`. With Sentry 11, leave `enableOpenTelemetrySetup` off and register a provider of your own, or [take its hook](../frameworks/sentry.md#sentry-11). Instead of `dd-trace`, send spans to the Datadog Agent by OTLP.',
    },
    'join:failed': {
      what: 'Reading the processors of the provider, or putting others in their place, threw.',
      fix: 'Create the provider with `spanProcessors: sessionProcessors([…])`, and report the versions that you use.',
    },
    'join:api-frozen': {
      what: "What is registered with OpenTelemetry's API is frozen, so nobody notices a registration.",
      fix: 'Create the provider with `spanProcessors: sessionProcessors([…])`, or load `otel-sessions/register` before what freezes it.',
    },
  } satisfies CodesOf<'join'>,
})

export const PROCESSORS = area({
  title: '`sessionProcessors`',
  anchor: 'processors',
  intro: 'The processors run. One of them, or an option, has less effect than you may expect.',
  codes: {
    'processors:exit': {
      what: 'The process called `process.exit()`, or an error ended it, while spans waited for their [trace](backfill.md). They were passed on at the last moment. An exporter that sends within the call has them, such as `ConsoleSpanExporter` in a `SimpleSpanProcessor`. One that sends later has lost them.',
      fix: 'Await `provider.shutdown()` before `process.exit()`. `PersistentBatchSpanProcessor` with a `directory` keeps what waits for the next process.',
    },
    'processors:none': {
      what: 'The array has no processor, or only a `SessionSpanProcessor`. No span is exported.',
      fix: 'Pass what exports: `sessionProcessors([new BatchSpanProcessor(new OTLPTraceExporter())])`. Move the exporter of `traceExporter` there: `NodeSDK` ignores that option beside `spanProcessors`.',
    },
    'processors:threw': {
      what: 'A method of one of your processors threw, or returned a promise that was rejected. The error does not reach your application. `stats().failures` of that processor counts them.',
      fix: 'The log names the class and the method. Look at its documentation, or report it there.',
    },
    'processors:twice': {
      what: 'The array has the same processor twice. It gets every span twice, as it would without `sessionProcessors`.',
      fix: 'Leave out one of them.',
    },
    'processors:options-ignored': {
      what: 'A processor validates sessions by itself, or the array has a `SessionSpanProcessor` already. It keeps its own options, or those of an earlier call, and those of this call have no effect on it.',
      fix: 'Pass the options in one place. Leave out `SessionSpanExporter`, `new SessionSpanProcessor()`, and the option `session` of `PersistentBatchSpanProcessor`: `sessionProcessors` does their work.',
    },
  } satisfies CodesOf<'processors'>,
})

export const VARIABLES = area({
  title: 'An environment variable is ignored',
  anchor: 'variables',
  intro:
    '`registerSessions` or `--import otel-sessions/register` cannot use a [variable](../reference/environment.md).',
  codes: {
    'environment:ignored': {
      what: 'The value is wrong, or it asks for something that `registerSessions` does not have, such as the protocol `grpc`. It is ignored, and the default applies. The log names the variable and what it accepts, never the value. Or the variable does not exist, or it has no effect, because the provider of another SDK delivers the spans.',
      fix: 'Correct the variable, or pass the option in code.',
    },
  } satisfies Pick<CodesOf<'environment'>, 'environment:ignored'>,
})

export const INSTRUMENTATION = area({
  title: 'An instrumentation is missing, or does not load',
  anchor: 'instrumentation',
  intro:
    '`autoInstrument`, or `--import otel-sessions/register`, looked for the instrumentations that are installed. At `INFO`, the log says which are used.',
  codes: {
    'instrumentation:failed': {
      what: 'It threw while it was loaded or registered, or when the application loaded the library that it changes. That library makes no spans. Everything else works.',
      fix: 'The log names the package and the error. Often its version does not fit the others: see [Runtimes and versions](../runtimes.md). To leave it out, name it in `OTEL_NODE_DISABLED_INSTRUMENTATIONS`.',
    },
    'instrumentation:none': {
      what: 'None is installed, so there are spans only where your code makes them. Or none is installed for a library that calls models, which the log names: the spans of HTTP show neither its prompts nor its tokens. `autoInstrument` logs this at once. `--import otel-sessions/register` reaches every process if it is in `NODE_OPTIONS`, also package managers and compilers, so it logs this at `INFO`. It warns in a process that has served a request, called `fetch` or entered a session, if no span was made by then.',
      fix: 'Install those of your libraries, such as `npm install @opentelemetry/instrumentation-http`, or all of OpenTelemetry: `@opentelemetry/auto-instrumentations-node`. If your code makes all spans by itself, turn the search off: `OTEL_SESSIONS_AUTO_INSTRUMENT=false`. If you want no spans of the one library, name it: `OTEL_NODE_DISABLED_INSTRUMENTATIONS=openai`.',
    },
    'instrumentation:too-late': {
      what: 'The libraries that the log names were loaded before the instrumentations. These change only what is loaded after them. An ES module loads everything that it imports before its first line runs. So a call of `registerSessions` below the imports is too late, and so is an import of the file that calls it above them. For ES modules, the log has this with the first request that the process serves or makes, or when it ends.',
      fix: 'Call `registerSessions` in a file of its own, and preload it: `node --import ./telemetry.mjs app.mjs`. In CommonJS, it is enough to `require` that file first. It is right as it is if you pass the library to `manuallyInstrument`.',
    },
    'instrumentation:unreachable': {
      what: 'The application is written in ES modules, and the instrumentations that the log names change nothing that it imports. Their libraries make no spans. On Node, only versions from 22.22.3, 24.11.1 and 25.1 have what this takes, and the instrumentation must be a current one.',
      fix: 'Update Node and the instrumentations. Otherwise load the library with `createRequire`, or call `manuallyInstrument` of an instrumentation that has it: see [OpenAI](../frameworks/openai.md).',
    },
    'instrumentation:unregistered': {
      what: "`--import otel-sessions/register` has joined the provider of another SDK, and so registers no instrumentations. Your `package.json` names some of OpenInference or Traceloop that nobody has constructed. `@opentelemetry/auto-instrumentations-node` has OpenTelemetry's only, whose spans lack prompts and answers. It is logged with the first request that the process serves or makes, or at its end.",
      fix: 'Pass them to that SDK: `new NodeSDK({ instrumentations: [new OpenAIInstrumentation()] })`, before the library is loaded. With auto-instrumentations, construct them in your own code. An ES module calls `new OpenAIInstrumentation().manuallyInstrument(OpenAI)` in any case. Two instrumentations of one library break it, so turn the other one off: `OTEL_NODE_DISABLED_INSTRUMENTATIONS=openai`. If you want neither, `OTEL_SESSIONS_AUTO_INSTRUMENT=false` ends the message.',
    },
  } satisfies CodesOf<'instrumentation'>,
})
