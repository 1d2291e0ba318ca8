import assert from "node:assert/strict";
import { test } from "node:test";
import { coversRoom, partUnder, shadeOver } from "../../signage/static/picture_shade.js";

const SCREEN = { width: 1920, height: 988 };
const BESIDE = { width: 650, height: 960 };

test("a photograph covers its room, a poster and a plan never lose an edge, a film nothing that it must show", () => {
  const photograph = { isFilm: false, hasFocus: true, width: 3000, height: 2000 };
  assert.equal(coversRoom(photograph, SCREEN), true);
  assert.equal(coversRoom(photograph, BESIDE), true);
  assert.equal(coversRoom({ ...photograph, width: 9000 }, BESIDE), false, "a panorama would be a detail");
  const poster = { isFilm: false, hasFocus: false, width: 1920, height: 1080 };
  assert.equal(coversRoom(poster, SCREEN), false);
  assert.equal(coversRoom(poster, { width: 1920, height: 1080 }), true, "it has this very shape");
  const film = { isFilm: true, hasFocus: false, width: 1920, height: 1080 };
  assert.equal(coversRoom(film, SCREEN), true);
  assert.equal(coversRoom(film, BESIDE), false);
});

/** The contrast of white with a pixel under a shade of the night’s colour (WCAG 2.2, 1.4.6). */
function contrastOn(pixel, shade) {
  const linear = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const [red, green, blue] = [10, 26, 41].map((night, channel) =>
    linear((night * shade + pixel[channel] * (1 - shade)) / 255),
  );
  return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05);
}

test("white words have 7:1 on every pixel, and the shade is no darker than the brightest one needs", () => {
  const bright = [
    [255, 255, 255],
    [255, 236, 0],
    [140, 200, 140],
    [0, 255, 255],
  ];
  for (const pixel of bright) {
    const shade = shadeOver([16, 32, 48, 255, ...pixel, 255]);
    assert.ok(contrastOn(pixel, shade) >= 7, `${pixel} ${shade}`);
    assert.ok(contrastOn(pixel, shade - 0.06) < 7.2, `${pixel} ${shade}`);
  }
  assert.ok(shadeOver([16, 32, 48, 255]) < 0.4);
});

test("the part under words is that of the picture as it covers its room round its focus", () => {
  const place = { room: { width: 1000, height: 500 }, picture: { width: 2000, height: 2000 } };
  const words = { x: 0, y: 400, width: 1000, height: 100 };
  const at = (y) => partUnder(words, { ...place, focus: { x: 0.5, y } });
  assert.deepEqual(at(1), { x: 0, y: 1800, width: 2000, height: 200 });
  assert.deepEqual(at(0), { x: 0, y: 800, width: 2000, height: 200 });
});
