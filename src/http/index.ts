// HTTP/1.1 and HTTP/2 on sockets, with TLS or without: server, client, and the semantics that origin and edge share.
export { Burst, type BurstHead } from "./burst.ts";
export { type CacheDirectives, onlyIfCached, parseAge, parseCacheControl } from "./cacheControl.ts";
export { frameChunk, LAST_CHUNK, unframeChunk } from "./chunked.ts";
export { type Answer, HttpClient, type RequestOptions } from "./client.ts";
export {
  type Conditions,
  ifRangeHolds,
  judgeConditions,
  noneMatchNames,
  readConditions,
  type Validators,
} from "./conditional.ts";
export { answerPreflight, corsHeaders } from "./cors.ts";
export { httpDate, parseHttpDate } from "./date.ts";
export { clientErrors, type RefusalName, refusals, serverErrors } from "./errors.ts";
export { type ClientLimits, clientLimits, type HttpLimits, httpLimits } from "./limits.ts";
export { checkPath } from "./path.ts";
export {
  type ByteRange,
  contentRange,
  parseRange,
  type Span,
  spanOf,
  unsatisfiedRange,
} from "./range.ts";
export { serve, type ServeOptions } from "./server.ts";
export { type CloseReason, closeReasons } from "./serverState.ts";
export type { TlsFiles } from "./tlsIdentity.ts";
export type {
  BodyStream,
  Handler,
  HeaderList,
  HttpReply,
  HttpRequest,
  HttpServer,
  PendingRequest,
  ReceivedHeaders,
  ResponseSink,
  Upload,
} from "./types.ts";
