import assert from "node:assert/strict";
import { test } from "node:test";
import { RegistaError } from "#base";
import { type MultivariantPlaylist, writeMultivariantPlaylist } from "./index.ts";

const ladder: MultivariantPlaylist = {
  video: [
    {
      name: "v720",
      uri: "v720.m3u8",
      codec: "avc1.64001f",
      bandwidth: 3_000_000,
      averageBandwidth: 2_500_000.4,
      size: { width: 1280, height: 720 },
      frameRate: 50,
    },
    {
      name: "v360",
      uri: "v360.m3u8",
      codec: "avc1.64001e",
      bandwidth: 800_000,
      averageBandwidth: 700_000,
      size: null,
      frameRate: 30_000 / 1_001,
    },
  ],
  audio: [
    {
      name: "a128",
      uri: "a128.m3u8",
      codec: "mp4a.40.2",
      bandwidth: 130_000,
      averageBandwidth: 128_000,
      language: "it",
      channels: 2,
    },
  ],
  text: [],
  pathways: [],
  steeringUri: null,
};

test("without pathways the ladder is written once, with relative URIs", () => {
  assert.equal(
    writeMultivariantPlaylist(ladder),
    [
      "#EXTM3U",
      "#EXT-X-VERSION:9",
      "#EXT-X-INDEPENDENT-SEGMENTS",
      '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="a128",LANGUAGE="it",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",STABLE-RENDITION-ID="a128",URI="a128.m3u8"',
      '#EXT-X-STREAM-INF:BANDWIDTH=3130000,AVERAGE-BANDWIDTH=2628001,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=50,AUDIO="audio",CLOSED-CAPTIONS=NONE,STABLE-VARIANT-ID="v720"',
      "v720.m3u8",
      '#EXT-X-STREAM-INF:BANDWIDTH=930000,AVERAGE-BANDWIDTH=828000,CODECS="avc1.64001e,mp4a.40.2",FRAME-RATE=29.97,AUDIO="audio",CLOSED-CAPTIONS=NONE,STABLE-VARIANT-ID="v360"',
      "v360.m3u8",
      "",
    ].join("\n"),
  );
});

test("each pathway has the whole ladder and its own audio group, under the same stable names", () => {
  const text = writeMultivariantPlaylist({
    ...ladder,
    pathways: [
      { id: "isp-roma", base: "http://isp.example:8092/match/" },
      { id: "ixp-roma", base: "http://ixp.example:8091/match/" },
    ],
    steeringUri: "http://director.example:8082/steer/hls",
  });
  assert.match(
    text,
    /#EXT-X-CONTENT-STEERING:SERVER-URI="http:\/\/director\.example:8082\/steer\/hls",PATHWAY-ID="isp-roma"\n/,
  );
  for (const [id, host] of [
    ["isp-roma", "http://isp.example:8092"],
    ["ixp-roma", "http://ixp.example:8091"],
  ] as const) {
    assert.ok(text.includes(`GROUP-ID="audio-${id}"`));
    assert.ok(text.includes(`URI="${host}/match/a128.m3u8"`));
    assert.ok(text.includes(`\n${host}/match/v720.m3u8\n`));
    const tied = new RegExp(`AUDIO="audio-${id}".*STABLE-VARIANT-ID="v720",PATHWAY-ID="${id}"`);
    assert.match(text, tied);
  }
});

test("a channel of sound alone is a list of audio variants", () => {
  const text = writeMultivariantPlaylist({ ...ladder, video: [] });
  assert.match(
    text,
    /#EXT-X-STREAM-INF:BANDWIDTH=130000,AVERAGE-BANDWIDTH=128000,CODECS="mp4a\.40\.2",STABLE-VARIANT-ID="a128"\na128\.m3u8\n/,
  );
  assert.doesNotMatch(text, /EXT-X-MEDIA|AUDIO=/);
});

test("a name that would break out of its quotes is refused", () => {
  const pathways = [{ id: 'x",URI="http://evil.example', base: "http://a/" }];
  assert.throws(() => writeMultivariantPlaylist({ ...ladder, pathways }), RegistaError);
});
