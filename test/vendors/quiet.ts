// Traces only, without what a set-up would read from the machine: imported before the SDKs, which read the environment.
Object.assign(process.env, {
  OTEL_METRICS_EXPORTER: 'none',
  OTEL_LOGS_EXPORTER: 'none',
  OTEL_TRACES_EXPORTER: 'none',
  OTEL_NODE_RESOURCE_DETECTORS: 'none',
  OTEL_SERVICE_NAME: 'app',
})
