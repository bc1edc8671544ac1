// What a crowd may be, and what its report may hold.

/** Viewers of one crowd. Beyond it the plan itself (a few hundred bytes a viewer) is felt in every process. */
export const CROWD_VIEWERS_LIMIT = 200_000;

/** Viewers of one process: two sockets each, and a third while one is replaced, under the usual 20,000 descriptors. */
export const VIEWERS_PER_PROCESS_LIMIT = 7_000;

/** Sockets that one viewer has at most, on average: picture and sound, and at a change of edge the old one for a moment. */
export const SOCKETS_PER_VIEWER = 2.5;

/** Descriptors that a process needs beside its viewers' sockets. */
export const OWN_DESCRIPTORS = 200;

/** Processes of one crowd. */
export const PROCESSES_LIMIT = 64;

/** Sockets that a viewer keeps besides when it follows a director's steering. */
export const STEERING_SOCKETS = 1;

/** Networks of one crowd: one plot each. */
export const NETWORKS_LIMIT = 16;

/** Edges that a viewer of one network may be sent to. */
export const EDGES_LIMIT = 16;

/** Directors that a crowd may be told of. */
export const DIRECTORS_LIMIT = 16;

/** Edges whose viewers are told by name; those on further ones are counted as {@link OTHER_EDGES}. */
export const EDGES_TOLD_LIMIT = 64;

/** Connections from one source address: Linux offers 28,232 ports (ip_local_port_range), some rest in TIME_WAIT. */
export const CONNECTIONS_PER_ADDRESS_LIMIT = 20_000;

/** The longest run, ms: a day. */
export const DURATION_LIMIT_MS = 86_400_000;

/** A visit that does not play this long after it began counts as a late join, ms. */
export const LATE_JOIN_MS = 5_000;

/** How often a process tells what happened, ms: one step of the timeline. */
export const TELL_PERIOD_MS = 1_000;

/** How often a process looks whether its own loop is late, ms. */
export const LAG_PERIOD_MS = 50;

/** A process whose loop was later than this at its 99th percentile measured itself as well, ms; the report says so. */
export const LAG_BELIEVED_MS = 100;

/** Steps of the timeline that a report keeps; longer runs have longer steps. */
export const TIMELINE_STEPS_LIMIT = 1_200;

/** A step is closed when every process has told it, or when this many newer ones are open. */
export const TIMELINE_OPEN_LIMIT = 5;

/** Kinds of errors, and of faults, that a report lists; further ones are counted as `other`. */
export const LEDGER_KINDS_LIMIT = 64;

/** First examples that a report keeps of each kind. */
export const LEDGER_EXAMPLES_LIMIT = 5;

/** Characters of an example. */
export const LEDGER_EXAMPLE_LENGTH_LIMIT = 200;

/** Objects whose content is compared between processes at a time: minutes of every rung. */
export const AGREEMENT_OBJECTS_LIMIT = 8_192;

/** Hashes that a process tells in one second; further ones are counted as not compared. */
export const AGREEMENT_TOLD_LIMIT = 1_024;

/** A process must be ready within this time, ms. */
export const PROCESS_START_LIMIT_MS = 20_000;

/** From the processes' readiness to the first arrival, ms: the same instant in all of them. */
export const LEAD_MS = 200;

/** A process that was told to stop must have said its last within this time, ms. */
export const PROCESS_STOP_LIMIT_MS = 5_000;

/** A director must answer a viewer within this time, ms; then the next one is asked. */
export const SESSION_LIMIT_MS = 3_000;

/** A viewer whom the director did not answer asks again after this time, ms. */
export const SESSION_RETRY_MS = 1_000;

/** However long a director with too many questions wants to be left alone, it is asked again after this, ms. */
export const SESSION_RETRY_LIMIT_MS = 30_000;

/** Bytes of a session answer. */
export const SESSION_BYTES_LIMIT = 65_536;
