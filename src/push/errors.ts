import { catalogue } from "#base";

export const pushErrors = catalogue("push", {
  "bad-subscription": {
    kind: "broke-rules",
    status: 400,
    says: "This is no push subscription: {problem}.",
    cure: 'Send {"v":1,"cohort":"it/roma","subscription":…} with what PushSubscription.toJSON() of the browser gives.',
  },
  "endpoint-refused": {
    kind: "said-no",
    status: 400,
    says: "Nothing is sent to {host}: {problem}.",
    cure: "Subscribe with a public push service over https; for a test on one machine, start the role with allowPrivate.",
  },
  full: {
    kind: "said-no",
    status: 503,
    says: "The push role keeps {limit} {what} already.",
    cure: "Start another push role for the rest, on another port with a folder of its own.",
  },
  "keys-unreadable": {
    kind: "world",
    says: "The VAPID keys in {file} cannot be used: {problem}.",
    cure: "Put the right file there, or remove it: new keys are made, and every phone has to subscribe again.",
  },
  "subscriptions-unreadable": {
    kind: "world",
    says: "The subscriptions in {file} cannot be read or written: {problem}.",
    cure: "Give this user the folder, free the disk, or name another folder.",
  },
  "address-refused": {
    kind: "said-no",
    says: "{host} is at {address}, which is no public address.",
    cure: "Look who subscribed with it; nothing is sent there.",
  },
});
