// The exchange's members as the world knows to read them: an IX-F Member Export.
import type { UtcMs } from "#base";
import { writeIxf } from "#network/formats";
import type { Exchange } from "#protocol";

/** The document of `GET /ixf`: IX-F Member Export 1.0 (Euro-IX JSON Schema). */
export function ixfExport({ id, place, members }: Exchange, at: UtcMs): object {
  const [country] = place.split("/");
  return writeIxf(
    {
      name: id,
      country: country ? country.toUpperCase() : null,
      members: members.map(({ asn, name, port, routeServer, bilateral }) => ({
        asn,
        name,
        portMbps: port.mbps,
        up: port.up ?? true,
        routeServer: routeServer ?? true,
        open: (bilateral ?? "all") === "all",
      })),
    },
    at,
  );
}
