// What is read of an operator's model, each with its unit and reason.
import { ms } from "#base";

/** The largest model file, characters: ten thousand networks with their prefixes written by hand. */
export const MODEL_FILE_LIMIT = 8 * 1024 * 1024;
/** Members of an exchange, written and read together, as `networkModelSchema` allows. */
export const MEMBERS_LIMIT = 2_000;
/** How far shares may be from 1 together: they are written with two or three digits. */
export const SHARE_SLACK = 0.01;
/** A pause in which whatever else the process does gets its turn, ms. */
export const PAUSE_MS = ms(0);
/** Contradictions that are told one by one; the rest is told as a number. */
export const CONTRADICTIONS_LIMIT = 50;
