/** The environment without the variables that configure SDKs and exporters. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const isForeign = ([name]: [string, unknown]) => !/^(OTEL|LANGFUSE)_/.test(name)
  return { ...Object.fromEntries(Object.entries(process.env).filter(isForeign)), OTEL_LOG_LEVEL: 'NONE' }
}
