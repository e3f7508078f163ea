/** The error document that Lambda answers with where a function fails. */
export type FunctionError = {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
};

/** What became of one invocation, as Lambda's Invoke API tells it. */
export type InvocationResult =
  /** `payload` is JSON text. */
  | { readonly status: 'succeeded'; readonly payload: string }
  | { readonly status: 'failed'; readonly error: FunctionError }
  /** All processes are busy: nothing was invoked. */
  | { readonly status: 'throttled' }
  /** The event is larger than Lambda takes: nothing was invoked. */
  | { readonly status: 'too-large'; readonly bytes: number };

/** Invokes a function with an event as JSON text. */
export type Invoke = (event: string) => Promise<InvocationResult>;

/** Lambda's limits of synchronous invocations, in bytes of JSON. */
export const MAX_REQUEST_BYTES = 6 * 1024 * 1024;
export const MAX_RESPONSE_BYTES = 6_291_556;
