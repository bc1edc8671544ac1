// From the pitch to the picture: a camera high above the halfway line that pans along it.

/** Length and width of the pitch, metres (Laws of the Game, 1.3: the size used in international matches). */
export const PITCH = { length: 105, width: 68 } as const;

/** Width of the whole panorama and of what the camera sees of it, at a height of 720. */
export const PANORAMA_WIDTH = 2560;
export const VIEW = { width: 1280, height: 720 } as const;

/** Metres from the camera's foot to the near touchline, and the camera's height above the grass. */
const DISTANCE_M = 66;
const HEIGHT_M = 34;
/** Pixels to a metre at the near touchline. */
const NEAR_SCALE = 26.4;
/** Picture height of the near touchline. */
const NEAR_Y = 690;
const HORIZON_Y = NEAR_Y - HEIGHT_M * NEAR_SCALE;

/** A place on the pitch, metres: `x` along it from the centre, `z` across it from the near touchline. */
export interface Place {
  readonly x: number;
  readonly z: number;
}

/** Pixels to a metre at a distance `z` from the near touchline. */
export const scaleAt = (z: number): number => (NEAR_SCALE * DISTANCE_M) / (DISTANCE_M + z);

/** The line of the picture on which grass at distance `z` lies. */
export const rowAt = (z: number): number => HORIZON_Y + HEIGHT_M * scaleAt(z);

/** The panorama's column of a place. */
export const columnAt = (place: Place): number => PANORAMA_WIDTH / 2 + place.x * scaleAt(place.z);

/** The place on the grass that a point of the panorama shows. */
export function placeAt(column: number, row: number): Place {
  const scale = (row - HORIZON_Y) / HEIGHT_M;
  return {
    x: (column - PANORAMA_WIDTH / 2) / scale,
    z: (NEAR_SCALE * DISTANCE_M) / scale - DISTANCE_M,
  };
}

/** Lines of the picture to a metre across the pitch. */
export function rowsPerMetre(z: number): number {
  return (HEIGHT_M * scaleAt(z)) / (DISTANCE_M + z);
}
