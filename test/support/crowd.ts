// A crowd before the staged match: who its viewers are when nothing else is said.
import { type CrowdSettings } from "#crowd";
import type { RunningMatch } from "#cli";

/** The networks of the example match, by number. */
export const FASTWEB = 12_874;
export const TIM = 3_269;

/** What each crowd says of itself. */
type Said = Pick<CrowdSettings, "viewers" | "protocols" | "arrival" | "overMs" | "durationMs">;

/**
 * Settings for a crowd on `match`: Fastweb's viewers on the edge in their network, TIM's at the exchange, the other edge
 * next; lowest rung with sound, at true size, nobody asking the director.
 */
export function crowdOn(
  match: RunningMatch,
  said: Said & Partial<CrowdSettings> & { shares: { fastweb: number; tim: number } },
): CrowdSettings {
  const { shares, ...settings } = said;
  const [exchange = "", isp = ""] = match.urls.edges.map(({ url }) => url);
  return {
    channel: "match",
    atMs: null,
    networks: [
      {
        ...{ name: "Fastweb", asn: FASTWEB, prefix: "127.0.1.0/24" },
        ...{ share: shares.fastweb, edges: [isp, exchange] },
      },
      {
        ...{ name: "TIM", asn: TIM, prefix: "127.0.2.0/24" },
        ...{ share: shares.tim, edges: [exchange, isp] },
      },
    ],
    director: null,
    targetLatencyMs: 1_500,
    rendition: "lowest",
    audio: true,
    cmcd: true,
    sampled: 0.05,
    payload: 1,
    seed: 1,
    processes: null,
    ...settings,
  };
}
