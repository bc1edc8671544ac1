// Every message carries its version: an unknown one is refused, unknown fields are ignored.
import { z } from "zod";

/** The version of every message in this room. */
export const PROTOCOL_VERSION = 1;

export const version = z.literal(PROTOCOL_VERSION);
