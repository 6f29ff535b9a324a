/**
 * Sends queued records to the endpoint over HTTP, retries, and reports what became of them.
 *
 * `Sender` leases batches from the queue and decides when; one `Delivery` for each posts its requests through the
 * `Transport`, and its `Settlement` counts what became of the spans. `Circuit` remembers when the next request may be;
 * `ApartLane` has the batches that fail because of their spans.
 *
 * - `narrowing/`: splits a batch, finds out why requests are refused or fail, and learns how large they may be
 * - `http/`: the transport: connections, headers, environment variables, one attempt with its deadline, and its answer
 *
 * Calls run from the sender to the delivery to the transport; answers come back as promises.
 *
 * @module
 */
export { newTransport } from './http/transport.ts'
export { Sender } from './sender.ts'
