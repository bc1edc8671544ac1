import { catalogue } from "#base";

export const broadcasterErrors = catalogue("broadcaster", {
  "ffmpeg-missing": {
    kind: "world",
    says: "ffmpeg could not be started as {command}: {why}.",
    cure: "Install it (Debian and Ubuntu: apt-get install ffmpeg; macOS: brew install ffmpeg), or put its folder on the PATH.",
  },
  "ffmpeg-without": {
    kind: "world",
    says: "This ffmpeg has no {part}.",
    cure: "Install a full build, such as Debian's package ffmpeg; `ffmpeg -encoders` lists what a build has.",
  },
  "unknown-input": {
    kind: "broke-rules",
    status: 400,
    says: "The input {input} is none that the broadcaster can take.",
    cure: "Use test, file:PATH, srt://host:port, udp://host:port or rtmp://host:port/path.",
  },
  "bad-address": {
    kind: "broke-rules",
    status: 400,
    says: "The input {input} has no usable address: {why}.",
    cure: "Give a host and a port, such as srt://127.0.0.1:9000?mode=listener or udp://0.0.0.0:5000.",
  },
  "file-missing": {
    kind: "broke-rules",
    status: 400,
    says: "The file {path} cannot be read: {why}.",
    cure: "Check the path after file:, and that this user may read it.",
  },
  "not-media": {
    kind: "broke-rules",
    status: 400,
    says: "{path} holds no picture that ffmpeg can decode: {why}.",
    cure: "Give a film that `ffprobe` understands, with at least one video stream.",
  },
  "source-lost": {
    kind: "world",
    says: "The source {input} gives no picture: {why}.",
    cure: "Start or check the sender. The broadcaster shows a slate and tries again by itself.",
  },
  "source-stalled": {
    kind: "world",
    says: "The source {input} has given nothing for {seconds} s.",
    cure: "Check the sender and the network between. The broadcaster shows a slate and tries again by itself.",
  },
  "encoder-died": {
    kind: "world",
    says: "The {name} encoder ended ({how}): {tail}.",
    cure: "It was replaced by itself. If it keeps dying, run ffmpeg by hand and look at what it says.",
  },
  "encoder-stalled": {
    kind: "world",
    says: "The {name} encoder took {ms} ms of media and gave nothing.",
    cure: "It was killed and replaced. If this repeats, the machine has too little processor time to give.",
  },
  "encoder-behind": {
    kind: "world",
    says: "The {name} encoder is {ms} ms behind the camera.",
    cure: "The machine is too slow for this ladder: stop other work, or use the profile small.",
  },
  "encoder-garbled": {
    kind: "bug",
    says: "The {name} encoder's output cannot be read: {why}.",
    cure: "It was replaced. Please report it with the version of ffmpeg.",
  },
  "clock-jumped": {
    kind: "world",
    says: "The clock moved by {ms} ms at once, or the process was stopped for so long.",
    cure: "The encoders begin anew on the next segment. Keep the host's clock disciplined, such as with chrony.",
  },
  "ingest-refused": {
    kind: "said-no",
    says: "The origin refused {what} with {status}: {why}.",
    cure: "Check that the origin serves this channel; the broadcaster sends the header again and goes on.",
  },
  "ingest-lost": {
    kind: "world",
    says: "The origin at {url} does not take media: {why}.",
    cure: "Start or check the origin. The broadcaster keeps the latest segment and connects again by itself.",
  },
});
