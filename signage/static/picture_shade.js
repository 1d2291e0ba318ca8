// What the shape and the pixels of a picture decide: whether it covers its room, how dark the shade under
// words on it is, and the colour of the ground round it. DOM only for its canvas.

const NIGHT = [10, 26, 41]; // the shade: --night in screen.css
const CONTRAST = 7.2; // of white words: 7 (WCAG 1.4.6), and what rounding of colours takes
const LEAST = 0.3; // a shade that calms the picture under words
const STEP = 0.02;
const CELLS = 192; // across the part under words: about the width of a stroke
const SAMPLES = 160; // along an edge
const STRIP = 0.012; // of the picture: how deep an edge is
const ALIKE = 14; // of 255: how much one colour varies

// the least share of a picture in sight where it covers its room: films keep what EBU R 95 calls safe
const LEAST_OF_FILM = 0.9;
const LEAST_OF_PHOTOGRAPH = 1 / 3;

/**
 * Whether a picture covers its room, and loses its edges, or is shown whole: an image covers it where its
 * author chose what must stay in sight (`hasFocus`), a film where it loses next to nothing.
 */
export function coversRoom({ isFilm, hasFocus, width, height }, room) {
  const shape = (width * room.height) / (height * room.width);
  const least = isFilm ? LEAST_OF_FILM : hasFocus ? LEAST_OF_PHOTOGRAPH : 1;
  return Math.min(shape, 1 / shape) >= least;
}

/** The opacity of the shade under white words on some pixels (RGBA): the least with which each passes. */
export function shadeOver(pixels) {
  const most = 1.05 / CONTRAST - 0.05;
  let shade = LEAST;
  for (let at = 0; at < pixels.length; at += 4)
    while (shade < 1 && luminanceOf(pixels, at, shade) > most) shade += STEP;
  return Math.min(shade, 1);
}

const WHITE = Array.from({ length: 256 }, (_, value) => {
  const share = value / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
});

/** The relative luminance (WCAG) of a pixel under a shade. */
function luminanceOf(pixels, at, shade) {
  const [red, green, blue] = NIGHT.map(
    (night, channel) => WHITE[Math.round(night * shade + pixels[at + channel] * (1 - shade))],
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/**
 * The part of a picture, `{x, y, width, height}` in its own pixels, that lies under `words` (the same, in a
 * `room` that the picture covers round its `focus`, from 0 to 1).
 */
export function partUnder(words, { room, picture, focus }) {
  const scale = Math.max(room.width / picture.width, room.height / picture.height);
  const from = (at, side, share) => (at - (room[side] - picture[side] * scale) * share) / scale;
  return {
    x: from(words.x, "width", focus.x),
    y: from(words.y, "height", focus.y),
    width: words.width / scale,
    height: words.height / scale,
  };
}

/** The opacity of the shade for a part of an image; without an image, or its pixels, for a white one. */
export function shadeOn(image, part) {
  if (!image) return shadeOver([255, 255, 255, 255]);
  const rows = Math.max(1, Math.round((CELLS * part.height) / part.width));
  return shadeOver(pixelsOf(image, part, [CELLS, rows]));
}

/**
 * The colours of the two edges of an image that the free room touches: left and right where `isBeside`, else
 * top and bottom; one of several colours takes that of the other. Null where both have several.
 */
export function edgeColours(image, { width, height }, isBeside) {
  const [deep, size] = isBeside ? [width * STRIP, [4, SAMPLES]] : [height * STRIP, [SAMPLES, 4]];
  const edges = isBeside
    ? [0, width - deep].map((x) => ({ x, y: 0, width: deep, height }))
    : [0, height - deep].map((y) => ({ x: 0, y, width, height: deep }));
  const colours = edges.map((edge) => mainColour(pixelsOf(image, edge, size)));
  const [first, last] = colours;
  return first || last ? [first ?? last, last ?? first] : null;
}

/** The colour of most pixels, null where there is none: words on a ground of one colour leave it most. */
function mainColour(pixels) {
  const [red, green, blue, alpha] = [0, 1, 2, 3].map((channel) => {
    const values = pixels.filter((_, at) => at % 4 === channel).sort();
    return values[values.length >> 1];
  });
  const isNear = (at) =>
    [red, green, blue].every((value, channel) => Math.abs(pixels[at + channel] - value) <= ALIKE);
  let near = 0;
  for (let at = 0; at < pixels.length; at += 4) near += isNear(at) ? 1 : 0;
  return near * 8 >= pixels.length && alpha === 255 ? `rgb(${red} ${green} ${blue})` : null;
}

/**
 * The pixels (RGBA) of a part of an image, in so many columns and rows.
 *
 * @param {any} image
 * @param {{ x: number, y: number, width: number, height: number }} part
 * @param {number[]} size
 */
function pixelsOf(image, { x, y, width, height }, [columns, rows]) {
  const canvas = Object.assign(document.createElement("canvas"), { width: columns, height: rows });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return Uint8ClampedArray.of(255, 255, 255, 255);
  context.imageSmoothingQuality = "high";
  context.drawImage(image, x, y, width, height, 0, 0, columns, rows);
  return context.getImageData(0, 0, columns, rows).data;
}
