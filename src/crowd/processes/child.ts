// The program of a crowd's process.
import { systemClock } from "#base/clock";
import { SharedContent } from "../viewer/shared.ts";
import { SocketViewer } from "../viewer/socketViewer.ts";
import { runProcess } from "./runProcess.ts";

const shared = new SharedContent({ clock: systemClock });
runProcess((options, sink) => new SocketViewer(options, { clock: systemClock, sink, shared }));
