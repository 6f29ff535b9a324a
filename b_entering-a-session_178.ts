
import { getSession } from '@otel-sessions/processor'

const conversation = getSession()?.sessionId
const response = await fetch('https://billing.internal/invoices', {
  headers: conversation === undefined ? {} : { 'x-conversation-id': conversation },
})

export {}
