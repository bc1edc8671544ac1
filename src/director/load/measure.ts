// What carriers and edges measured of something that can be full.

export const resourceKinds = ["edge", "port", "pni", "limit"] as const;
export type ResourceKind = (typeof resourceKinds)[number];

/** One measurement of one resource, as it was told. */
export interface Measure {
  /** As in `Path.over`. */
  readonly id: string;
  readonly kind: ResourceKind;
  /** For sentences: "AS12874's port at namex". */
  readonly name: string;
  readonly capacityMbps: number;
  /** Over the last second; null: it is not measured, and only what is promised counts. */
  readonly usedMbps: number | null;
  /** False: it has lost its line, and nothing goes over it. */
  readonly up: boolean;
}
