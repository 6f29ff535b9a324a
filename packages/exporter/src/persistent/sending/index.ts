/**
 * Sends queued records to the endpoint over HTTP, retries, and reports what became of them.
 *
 * `Sender` leases batches from the queue and decides when; one `Delivery` for each posts its requests through the
 * `Transport`, one `HttpAttempt` with its `Deadline` each, and splits them as needed. `Circuit` and `RequestSize`
 * remember when and how large the next request may be. `Narrowing` finds out why requests are refused, `Evidence`
 * whether one fails because of its spans; `ApartLane` has the batches that do. `answers.ts` reads answers,
 * `endpoint.ts` has the URL and connections, `headers.ts` the headers, `env.ts` the environment variables.
 * Calls run from the sender to the delivery to the transport; answers come back as promises.
 *
 * @module
 */
export { newTransport } from './http.ts'
export { Sender } from './sender.ts'
