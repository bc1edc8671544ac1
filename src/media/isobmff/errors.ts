import { catalogue } from "#base";

export const isobmffErrors = catalogue("isobmff", {
  truncated: {
    kind: "broke-rules",
    status: 400,
    says: "The {box} box ends before its fields do.",
    cure: "Send boxes whole, as ISO/IEC 14496-12 lays them out.",
  },
  malformed: {
    kind: "broke-rules",
    status: 400,
    says: "The {box} box is malformed: {problem}.",
    cure: "Send boxes as ISO/IEC 14496-12 lays them out.",
  },
  "too-large": {
    kind: "broke-rules",
    status: 413,
    says: "A {box} box of {size} bytes is larger than the {limit} allowed here.",
    cure: "Send shorter fragments.",
  },
});
