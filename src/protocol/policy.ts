// What the operator prefers: in the match file or the network model, never in code.
import { z } from "zod";
import { pathClasses } from "./pathClass.ts";

const cost = z.number().min(0).max(1_000_000);

/** What a path of each class costs, in the operator's own unit; a decision takes the cheapest that has room. */
const classCosts = z.strictObject({
  "on-net": cost.default(0),
  pni: cost.default(10),
  exchange: cost.default(20),
  "exchange-rs": cost.default(25),
  "exchange-remote": cost.default(50),
  transit: cost.default(100),
} satisfies Record<(typeof pathClasses)[number], z.ZodType>);

const usualCosts = classCosts.parse({});

export const policySchema = z.strictObject({
  costs: classCosts.default(usualCosts).describe("of a path of each class; equal costs share load"),
  costPer100Km: cost
    .default(1)
    .describe("added for the way from the viewer's place to the edge's, where both are known"),
  bound: z
    .number()
    .min(1.01)
    .max(2)
    .default(1.15)
    .describe("no edge takes more than this times its fair share of its class, by capacity"),
  fullAt: z
    .number()
    .min(0.5)
    .max(1)
    .default(0.95)
    .describe(
      "from this share on an edge, a port, a PNI or a limit takes no new viewer; halfway from here to its whole some of its viewers are led away",
    ),
  backAt: z
    .number()
    .min(0.3)
    .max(1)
    .default(0.8)
    .describe("below this share it takes viewers back who were sent elsewhere"),
  backAfterS: z
    .number()
    .min(0)
    .max(600)
    .default(15)
    .describe("for so long it must have been below, s: nothing swings back and forth"),
  sessionMbps: z
    .number()
    .positive()
    .max(1_000)
    .default(5)
    .describe("what a viewer is expected to draw until edges have told, Mb/s"),
});
export type Policy = z.infer<typeof policySchema>;

/** The usual policy. */
export const defaultPolicy: Policy = policySchema.parse({});
