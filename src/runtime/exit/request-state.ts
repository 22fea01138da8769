/** What became of a request that is sent at `exit`: the two threads share a number for each, which is 0 until its body has been sent. */
export const ARRIVED = 1;
/** Without an answer so far: it may have arrived. */
export const SENT = 2;
export const FAILED = 3;
