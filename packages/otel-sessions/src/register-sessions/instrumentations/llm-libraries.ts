/** A library that calls models, and the package that makes spans of its calls. */
interface LlmLibrary {
  /** The names of its packages that applications depend on. */
  readonly packages: RegExp
  /** The last part of the names of its instrumentations, by whomever. */
  readonly instrumentation: string
  readonly install: string
}

const OPENINFERENCE = '@arizeai/openinference-instrumentation-'
const TRACELOOP = '@traceloop/instrumentation-'

const library = (packages: RegExp, instrumentation: string, by = OPENINFERENCE): LlmLibrary => ({
  packages,
  instrumentation,
  install: by + instrumentation,
})

const LANGCHAIN = library(/^(langchain$|@langchain\/)/, 'langchain')

/** As the npm registry has them: OpenInference's, and Traceloop's of libraries for which OpenInference has none. */
const LLM_LIBRARIES: readonly LlmLibrary[] = [
  LANGCHAIN,
  library(/^openai$/, 'openai'),
  library(/^@anthropic-ai\/sdk$/, 'anthropic'),
  library(/^@anthropic-ai\/claude-agent-sdk$/, 'claude-agent-sdk'),
  library(/^@aws-sdk\/client-bedrock-runtime$/, 'bedrock'),
  library(/^@aws-sdk\/client-bedrock-agent-runtime$/, 'bedrock-agent-runtime'),
  library(/^@google-cloud\/vertexai$/, 'vertexai', TRACELOOP),
  library(/^cohere-ai$/, 'cohere', TRACELOOP),
  library(/^together-ai$/, 'together', TRACELOOP),
  library(/^llamaindex$/, 'llamaindex', TRACELOOP),
]

/** These make spans of the calls to models by themselves, or wrap the libraries. */
const MAKES_SPANS =
  /^(ai$|@ai-sdk\/|@mastra\/|@openai\/agents|genkit$|@genkit-ai\/|@voltagent\/|@strands-agents\/|@langfuse\/(openai|langchain)$|langfuse|langsmith$)/

/** A library without an instrumentation, and the package that has one. */
export interface MissingInstrumentation {
  readonly library: string
  readonly install: string
}

/**
 * The libraries for LLMs that an application depends on and that nothing makes spans of. LangChain calls the others, so an
 * instrumentation of one of them is enough with it.
 *
 * @param dependencies the names of packages that the application depends on
 * @param instrumented names of instrumentations, of the modules that they change, and last parts of such names
 */
export function missingInstrumentations(
  dependencies: readonly string[],
  instrumented: readonly string[],
): MissingInstrumentation[] {
  if (dependencies.some((name) => MAKES_SPANS.test(name))) return []
  const used = LLM_LIBRARIES.filter(({ packages }) => dependencies.some((name) => packages.test(name)))
  const isInstrumented = ({ packages, instrumentation }: LlmLibrary) =>
    instrumented.some(
      (name) => packages.test(name) || name.split('instrumentation-').at(-1) === instrumentation,
    )
  const without = used.filter((each) => !isInstrumented(each))
  const isEnough = used.includes(LANGCHAIN) && without.length < used.length
  const named = without.includes(LANGCHAIN) ? [LANGCHAIN] : without
  return isEnough
    ? []
    : named.map(({ packages, install }) => ({
        library: dependencies.find((name) => packages.test(name)) ?? '',
        install,
      }))
}
