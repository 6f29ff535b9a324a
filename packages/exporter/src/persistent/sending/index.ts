/**
 * Sends queued records to the endpoint over HTTP, retries, and reports what became of them.
 *
 * `Sender` decides when a batch is sent, and runs one `Delivery` for each. A delivery posts requests through the
 * `Transport` (one `HttpAttempt` each) and splits them as needed. `Circuit` and `RequestSize` remember what the endpoint
 * takes. Calls run from the sender to the delivery to the transport; only promises and the timers of the circuit lead back.
 *
 * @module
 */
export { newTransport } from './http-transport.ts'
export { Sender } from './sender.ts'
