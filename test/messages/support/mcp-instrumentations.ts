import { MCPInstrumentation } from '@arizeai/openinference-instrumentation-mcp'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { Instrumentation } from '@opentelemetry/instrumentation'
import { McpInstrumentation } from '@traceloop/instrumentation-mcp'

/** The instrumentations of MCP. Both patch classes, in an ES module only if they are told to. */
export function instrumentMcp(): Instrumentation[] {
  const openInference = new MCPInstrumentation()
  openInference.manuallyInstrument({
    clientStdioModule: { StdioClientTransport },
    clientStreamableHTTPModule: { StreamableHTTPClientTransport },
    serverStdioModule: { StdioServerTransport },
    serverStreamableHTTPModule: { StreamableHTTPServerTransport },
  } as never)
  const traceloop = new McpInstrumentation()
  traceloop.manuallyInstrument({ Client })
  return [openInference, traceloop]
}
