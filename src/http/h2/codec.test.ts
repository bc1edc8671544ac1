import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ConnectionFault } from "./faults.ts";
import { type Frame, FrameReader, frameTemplate, pingFrame, settingsFrame } from "./frames.ts";
import { HpackDecoder } from "./hpackDecoder.ts";
import { encodeHead } from "./hpackEncoder.ts";
import { decodeHuffman } from "./huffman.ts";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");
const limits = { listBytes: 16_384, fields: 100 };
const pairsOf = (decoder: HpackDecoder, block: Buffer): string[] =>
  decoder.decode(block).fields.map(({ name, value }) => `${name}: ${value}`);

test("the requests of RFC 7541 C.3 and C.4 are read, plain and in Huffman code, from one table", () => {
  const expected = [
    [":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com"],
    [
      ...[":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com"],
      "cache-control: no-cache",
    ],
    [
      ...[":method: GET", ":scheme: https", ":path: /index.html", ":authority: www.example.com"],
      "custom-key: custom-value",
    ],
  ];
  const plain = [
    "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
    "8286 84be 5808 6e6f 2d63 6163 6865",
    "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
  ];
  const coded = [
    "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
    "8286 84be 5886 a8eb 1064 9cbf",
    "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
  ];
  for (const blocks of [plain, coded]) {
    const decoder = new HpackDecoder(4_096, limits);
    for (const [at, block] of blocks.entries())
      assert.deepEqual(pairsOf(decoder, hex(block)), expected[at]);
  }
});

test("a table of 256 bytes evicts as in RFC 7541 C.6", () => {
  const decoder = new HpackDecoder(256, limits);
  const blocks = [
    "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3",
    "4883 640e ffc1 c0bf",
    "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07",
  ];
  const [, second, third] = blocks.map((block) => pairsOf(decoder, hex(block)));
  assert.equal(second?.[0], ":status: 307");
  assert.equal(second?.[3], "location: https://www.example.com");
  assert.deepEqual(third, [
    ":status: 200",
    "cache-control: private",
    "date: Mon, 21 Oct 2013 20:13:22 GMT",
    "location: https://www.example.com",
    "content-encoding: gzip",
    "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
  ]);
  assert.throws(() => decoder.decode(hex("c3")), ConnectionFault); // the fifth was evicted
});

test("what the encoder writes, a decoder reads, and nothing is left in its table", () => {
  const decoder = new HpackDecoder(4_096, limits);
  const long = "x".repeat(5_000);
  const block = encodeHead(
    206,
    [
      ["Cache-Control", "max-age=1"],
      ["Connection", "close"],
      ["Transfer-Encoding", "chunked"],
      ["X-Long", long],
      ["Accept-Encoding", "gzip, deflate"],
    ],
    12,
  );
  const read = [
    ...[":status: 206", "cache-control: max-age=1", `x-long: ${long}`],
    ...["accept-encoding: gzip, deflate", "content-length: 12"],
  ];
  assert.deepEqual(pairsOf(decoder, block), read);
  assert.throws(() => decoder.decode(hex("be")), ConnectionFault);
});

const broken: readonly (readonly [why: string, block: string])[] = [
  ["the index 0 (6.1)", "80"],
  ["an index beyond both tables (2.3.3)", "be"],
  ["an integer without end (5.1)", "ff ff ff ff ff ff ff ff"],
  ["an integer that ends with its block (5.1)", "7f"],
  ["a string longer than its block (5.2)", "00 05 61"],
  ["a table larger than was allowed (6.3)", "3f e2 1f"],
  ["a table size after a field (4.2)", "82 20"],
  ["Huffman code with EOS in it (5.2)", "00 84 ff ff ff ff 00"],
  ["Huffman padding of more than seven bits (5.2)", "00 82 1f ff 00"],
  ["Huffman padding of zeros (5.2)", "00 81 18 00"],
];
for (const [why, block] of broken)
  test(`a block is refused for ${why}`, () => {
    assert.throws(
      () => new HpackDecoder(4_096, limits).decode(hex(block)),
      (failure) => failure instanceof ConnectionFault && failure.code === "COMPRESSION_ERROR",
    );
  });

test("a bomb of references is cut off at the limit of the list, and the table stays in step", () => {
  const decoder = new HpackDecoder(4_096, limits);
  const value = "v".repeat(3_000);
  const entry = Buffer.concat([hex("40 01 61 7f b9 16"), Buffer.from(value)]);
  assert.equal(decoder.decode(entry).fields[0]?.value.length, 3_000);
  const section = decoder.decode(Buffer.alloc(16_000, 0xbe)); // 48 MB were it believed
  assert.equal(section.tooLarge, true);
  assert.equal(section.fields.length, 5);
  const many = decoder.decode(Buffer.alloc(200, 0x82));
  assert.deepEqual([many.tooLarge, many.fields.length], [true, 100]);
  assert.equal(decoder.decode(hex("be")).fields[0]?.name, "a");
});

test("10,000 mutated blocks end in fields within the limits or in COMPRESSION_ERROR", () => {
  const seeds = [
    hex("8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff"),
    hex("8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf"),
    hex("3fe1 1f20 4003 666f 6f03 6261 72be"),
  ];
  const mutation = fc.record({
    seed: fc.constantFrom(...seeds),
    at: fc.nat(40),
    with: fc.uint8Array({ maxLength: 6 }),
    take: fc.nat(6),
  });
  fc.assert(
    fc.property(mutation, (row) => {
      const at = Math.min(row.at, row.seed.length);
      const parts = [row.seed.subarray(0, at), row.with, row.seed.subarray(at + row.take)];
      const decoder = new HpackDecoder(4_096, limits);
      try {
        decoder.decode(seeds[1] as Buffer);
        const { fields } = decoder.decode(Buffer.concat(parts));
        assert.ok(fields.reduce((sum, { size }) => sum + size, 0) <= limits.listBytes);
      } catch (failure) {
        assert.ok(failure instanceof ConnectionFault && failure.code === "COMPRESSION_ERROR");
      }
    }),
    { numRuns: 10_000, seed: 7541 },
  );
});

test("any bytes in Huffman code are a string or nothing, never an exception", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const text = decodeHuffman(bytes, 0, bytes.length);
      assert.ok(text === null || text.length <= (bytes.length * 8) / 5);
    }),
    { numRuns: 10_000, seed: 52 },
  );
});

test("frames are the same however their bytes are cut", () => {
  const template = frameTemplate({
    block: encodeHead(200, [["X-Long", "y".repeat(20_000)]], null),
    pieces: [Buffer.alloc(40_000, 1), Buffer.alloc(3, 2)],
    last: true,
  });
  const all = Buffer.concat([
    settingsFrame([[3, 7]]),
    template.bytes,
    pingFrame(hex("0102030405060708"), false),
  ]);
  const read = (cuts: readonly number[]): Frame[] => {
    const reader = new FrameReader();
    const frames: Frame[] = [];
    let at = 0;
    for (const cut of [...cuts, all.length]) {
      const to = Math.min(all.length, at + cut);
      reader.push(all.subarray(at, to));
      for (let frame = reader.next(); frame; frame = reader.next()) frames.push(frame);
      at = to;
    }
    return frames;
  };
  const whole = read([]);
  assert.deepEqual(
    whole.map(({ type, flags, payload }) => [type, flags, payload.length]),
    [
      [4, 0, 6],
      [1, 0, 16_384],
      [9, 4, 3_629],
      [0, 0, 16_384],
      [0, 0, 16_384],
      [0, 0, 7_232],
      [0, 1, 3],
      [6, 0, 8],
    ],
  );
  fc.assert(
    fc.property(fc.array(fc.nat(5_000), { maxLength: 60 }), (cuts) => {
      assert.deepEqual(read(cuts), whole);
    }),
    { numRuns: 200, seed: 9113 },
  );
});
