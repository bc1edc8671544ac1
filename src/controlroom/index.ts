// The control room: one picture of the chain for the four parties.
export { startControlRoom, type ControlRoomHandle, type ControlRoomOptions } from "./serve.ts";
export type { Picture } from "./picture.ts";
