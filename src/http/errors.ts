// Why a message is refused, and why an exchange failed. Each refusal's name is also its counter.
import { catalogue } from "#base";

const limit = "Send less; the limits are in src/http/limits.ts.";
const grammar = "Send HTTP/1.1 as RFC 9112 describes it.";
const framing = "Frame the body in exactly one way (RFC 9112 6.3).";

/** Why a server refuses a request. */
export const refusals = catalogue("http", {
  "bad-request-line": {
    kind: "broke-rules",
    status: 400,
    says: "The request line is not method, target and version with single spaces.",
    cure: grammar,
  },
  "bad-version": {
    kind: "broke-rules",
    status: 400,
    says: "The version is not of the form HTTP/1.1.",
    cure: grammar,
  },
  "unknown-version": {
    kind: "said-no",
    status: 505,
    says: "This HTTP version is not spoken here.",
    cure: "Use HTTP/1.1.",
  },
  "unknown-method": {
    kind: "said-no",
    status: 501,
    says: "This method is not known here.",
    cure: "Use GET, HEAD, OPTIONS, POST or PUT.",
  },
  "bad-target": {
    kind: "broke-rules",
    status: 400,
    says: "The request target holds bytes that no target has.",
    cure: "Percent-encode the target (RFC 3986 2.1).",
  },
  "bad-path": {
    kind: "broke-rules",
    status: 400,
    says: "The path holds dot segments, encoded separators or a broken percent-encoding.",
    cure: "Ask for the path itself, without tricks.",
  },
  "foreign-target": {
    kind: "broke-rules",
    status: 400,
    says: "The target names another host than the Host field, or another scheme.",
    cure: "This is no proxy: send the path alone.",
  },
  "target-too-long": {
    kind: "broke-rules",
    status: 414,
    says: "The request target is too long.",
    cure: limit,
  },
  "head-too-large": {
    kind: "broke-rules",
    status: 431,
    says: "The head of the message is too large.",
    cure: limit,
  },
  "too-many-fields": {
    kind: "broke-rules",
    status: 431,
    says: "The message has too many header fields.",
    cure: limit,
  },
  "bare-line-feed": {
    kind: "broke-rules",
    status: 400,
    says: "A line ends without a carriage return.",
    cure: grammar,
  },
  "folded-field": {
    kind: "broke-rules",
    status: 400,
    says: "A header field is folded over lines (RFC 9112 5.2).",
    cure: "Write each field on one line.",
  },
  "bad-field-name": {
    kind: "broke-rules",
    status: 400,
    says: "A header field's name is empty or holds bytes that no name has.",
    cure: grammar,
  },
  "bad-field-value": {
    kind: "broke-rules",
    status: 400,
    says: "A header field's value holds control bytes.",
    cure: grammar,
  },
  "missing-host": {
    kind: "broke-rules",
    status: 400,
    says: "The Host field is missing.",
    cure: "Send one Host field (RFC 9112 3.2).",
  },
  "duplicate-host": {
    kind: "broke-rules",
    status: 400,
    says: "There is more than one Host field.",
    cure: "Send one Host field (RFC 9112 3.2).",
  },
  "bad-host": {
    kind: "broke-rules",
    status: 400,
    says: "The Host field is not a host with an optional port.",
    cure: "Send one Host field (RFC 9112 3.2).",
  },
  "bad-content-length": {
    kind: "broke-rules",
    status: 400,
    says: "Content-Length is not a number of bytes.",
    cure: framing,
  },
  "duplicate-content-length": {
    kind: "broke-rules",
    status: 400,
    says: "There is more than one Content-Length.",
    cure: framing,
  },
  "length-and-coding": {
    kind: "broke-rules",
    status: 400,
    says: "The message has both Content-Length and Transfer-Encoding.",
    cure: framing,
  },
  "unknown-coding": {
    kind: "said-no",
    status: 501,
    says: "The transfer coding is not chunked alone.",
    cure: framing,
  },
  "coding-in-http-1-0": {
    kind: "broke-rules",
    status: 400,
    says: "HTTP/1.0 has no transfer codings.",
    cure: framing,
  },
  "unexpected-body": {
    kind: "broke-rules",
    status: 400,
    says: "A GET or HEAD request comes with a body.",
    cure: "Leave the body away.",
  },
  "unknown-expectation": {
    kind: "said-no",
    status: 417,
    says: "The expectation is not 100-continue.",
    cure: "Leave the Expect field away.",
  },
  "body-too-large": {
    kind: "broke-rules",
    status: 413,
    says: "The body is larger than {limit} bytes.",
    cure: limit,
  },
  "bad-chunk": {
    kind: "broke-rules",
    status: 400,
    says: "The chunked body is broken (RFC 9112 7.1).",
    cure: grammar,
  },
  "chunk-extension": {
    kind: "broke-rules",
    status: 400,
    says: "A chunk of the request has an extension.",
    cure: "Leave chunk extensions away: nobody here knows any.",
  },
  "chunk-line-too-long": {
    kind: "broke-rules",
    status: 400,
    says: "A chunk has too long an extension.",
    cure: "Leave chunk extensions away.",
  },
  "trailer-too-large": {
    kind: "broke-rules",
    status: 431,
    says: "The trailer section is too large.",
    cure: limit,
  },
  "slow-head": {
    kind: "broke-rules",
    status: 408,
    says: "The request's head did not arrive in time.",
    cure: "Send the head in one go.",
  },
  "slow-body": {
    kind: "broke-rules",
    status: 408,
    says: "The request's body stopped coming.",
    cure: "Send the body without long pauses.",
  },
  "truncated-body": {
    kind: "broke-rules",
    status: 400,
    says: "The peer went before its body was complete.",
    cure: "Send the whole body again.",
  },
  "malformed-stream": {
    kind: "broke-rules",
    status: 400,
    says: "A stream of HTTP/2 broke a rule that only a reset can answer (RFC 9113 5.4.2, 8.1.1).",
    cure: "Send HTTP/2 as RFC 9113 describes it; the log of this process names the rule.",
  },
  "too-many-streams": {
    kind: "broke-rules",
    status: 503,
    says: "The connection has as many streams as it may have.",
    cure: "Keep to SETTINGS_MAX_CONCURRENT_STREAMS; a refused stream may be asked again.",
  },
  "backlogged-connection": {
    kind: "broke-rules",
    status: 503,
    says: "So much waits for the connection's peer that nothing new is begun.",
    cure: "Open the windows of the streams, or reset those that are not wanted.",
  },
  "slow-stream": {
    kind: "broke-rules",
    status: 408,
    says: "The answer of a stream was not taken in time, and was given up.",
    cure: "Open the stream's window, or reset the stream.",
  },
  "broken-off-stream": {
    kind: "world",
    status: 502,
    says: "An answer in HTTP/2 could not be completed, and its stream was reset.",
    cure: "Ask again; the log of this process names the reason.",
  },
});
export type RefusalName = keyof typeof refusals.rows;

/** Why a server cannot serve. */
export const serverErrors = catalogue("http", {
  "handler-failed": {
    kind: "bug",
    status: 500,
    says: "The request could not be answered because of a fault of this process.",
    cure: "The log of this process names the fault.",
  },
  "port-taken": {
    kind: "world",
    says: "Port {port} of {host} is taken by another process.",
    cure: "Stop that process (ss -ltnp shows it) or choose another port.",
  },
  "cannot-listen": {
    kind: "world",
    says: "Cannot listen on {host} port {port}: {why}.",
    cure: "Check the address and the right to use it; ports below 1024 need privileges.",
  },
  "tls-file": {
    kind: "world",
    says: "The file {file} cannot be read: {why}.",
    cure: "Check the path, and that this process may read the file.",
  },
  "tls-certificate": {
    kind: "world",
    says: "{file} is no certificate that TLS can use: {why}.",
    cure: "Give the server's certificate in PEM, followed by those that signed it.",
  },
  "tls-key": {
    kind: "world",
    says: "{file} is no private key that TLS can use: {why}.",
    cure: "Give the certificate's private key in PEM, without a passphrase.",
  },
  "tls-mismatch": {
    kind: "world",
    says: "The private key in {keyFile} does not belong to the certificate in {certFile}.",
    cure: "Give the key that the certificate was issued for; the first certificate of the file is the server's.",
  },
  "tls-expired": {
    kind: "world",
    says: "The certificate in {file} has expired on {until}.",
    cure: "Renew it; new files are taken over without a restart.",
  },
});

const reach = "Check that it runs and that {url} is its address.";

/** Why a client got no complete answer. `url` is always told. */
export const clientErrors = catalogue("http", {
  "bad-url": {
    kind: "bug",
    status: 400,
    says: "{url} is not an http:// or https:// address.",
    cure: "Write it as http://host:port/path.",
  },
  unreachable: {
    kind: "world",
    status: 502,
    says: "{url} cannot be reached: {why}.",
    cure: reach,
  },
  "connect-timeout": {
    kind: "world",
    status: 504,
    says: "{url} did not accept a connection within {ms} ms.",
    cure: reach,
  },
  "head-timeout": {
    kind: "world",
    status: 504,
    says: "{url} did not begin its answer within {ms} ms.",
    cure: "See whether that process hangs or is overloaded.",
  },
  "idle-timeout": {
    kind: "world",
    status: 504,
    says: "{url} sent or took nothing for {ms} ms in the middle of an exchange.",
    cure: "See whether that process hangs or the path to it is cut.",
  },
  broken: {
    kind: "world",
    status: 502,
    says: "The connection to {url} broke before the answer was complete: {why}.",
    cure: "Ask again; if it stays so, see the log of that process.",
  },
  "bad-answer": {
    kind: "broke-rules",
    status: 502,
    says: "{url} did not answer in HTTP/1.1: {why}",
    cure: "Check that the port belongs to an HTTP server.",
  },
  "answer-too-large": {
    kind: "broke-rules",
    status: 502,
    says: "The answer of {url} is larger than {limit} bytes.",
    cure: "Ask for less, or raise the limit of the client.",
  },
  "too-many-requests": {
    kind: "world",
    status: 503,
    says: "Too many requests wait for a connection to {url}.",
    cure: "See why that process answers slowly; the limits are in src/http/limits.ts.",
  },
  "answered-early": {
    kind: "said-no",
    status: 502,
    says: "{url} answered {answer} before the upload was complete: {why}",
    cure: "Do what the answer says, then send again.",
  },
  "upload-backlog": {
    kind: "world",
    status: 504,
    says: "{url} does not take the upload: {bytes} bytes wait.",
    cure: "See whether that process hangs or the path to it is too slow for the bit rate.",
  },
  aborted: {
    kind: "world",
    status: 502,
    says: "The exchange with {url} was given up on this side.",
    cure: "Nothing is wrong unless it was not meant to end.",
  },
});
