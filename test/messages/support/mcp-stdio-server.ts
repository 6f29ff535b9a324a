/** The process of an MCP server over stdio. */
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { createAskingServer } from './mcp-asking-server.ts'

await createAskingServer().connect(new StdioServerTransport())
