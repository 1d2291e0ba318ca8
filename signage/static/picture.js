// A picture of this page for supervision, drawn by the page itself: its elements and its styles in an SVG, that on a
// canvas. Not what the browser's compositor put on the screen: a dead panel or a fault of the graphics looks well here.

const LONGEST_PX = 960;
const MEDIA_PX = 720;
const QUALITIES = [0.8, 0.6, 0.4];
const MOST_BYTES = 190_000;
const UNNEEDED = "#measure, script, noscript, link";

let styles = null; // they do not change while the page lives

/** The picture as a WebP blob, at most `LONGEST_PX` a side. Rejects when the page cannot be drawn. */
export async function drawPicture(page = document) {
  styles ??= await stylesOf(page);
  const size = { width: innerWidth, height: innerHeight };
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgOf(page, size))}`;
  await image.decode();
  const scale = Math.min(1, LONGEST_PX / Math.max(size.width, size.height));
  const canvas = canvasOf(image, size.width * scale, size.height * scale);
  for (const quality of QUALITIES) {
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/webp", quality));
    if (blob && blob.size <= MOST_BYTES) return blob;
  }
  throw new Error("the picture is too large");
}

/** The page as SVG text: what it shows, its media as they stand, its styles with their fonts inside. */
function svgOf(page, { width, height }) {
  const copy = page.body.cloneNode(true);
  const shown = [...page.body.querySelectorAll("img, video")];
  for (const [at, place] of [...copy.querySelectorAll("img, video")].entries()) place.replaceWith(stillOf(shown[at]));
  for (const unneeded of copy.querySelectorAll(UNNEEDED)) unneeded.remove();
  const body = new XMLSerializer().serializeToString(copy);
  const own = page.documentElement.style.cssText.replaceAll('"', "'");
  const set = ` style="height: ${height}px; ${own}"`;
  const root = `html xmlns="http://www.w3.org/1999/xhtml" lang="${page.documentElement.lang}"${set}`;
  const drawn = `<${root}><head><style>${styles}</style></head>${body}</html>`;
  const box = `svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"`;
  return `<${box}><foreignObject width="100%" height="100%">${drawn}</foreignObject></svg>`;
}

/** An image or a film's present frame as an image of its own: an SVG loads nothing. */
function stillOf(media) {
  const still = document.createElement("img");
  still.className = media.className;
  const [width, height] = [media.videoWidth || media.naturalWidth || 0, media.videoHeight || media.naturalHeight || 0];
  const scale = Math.min(1, MEDIA_PX / Math.max(width, height, 1));
  if (width) still.src = canvasOf(media, width * scale, height * scale).toDataURL("image/jpeg", 0.8);
  return still;
}

function canvasOf(source, width, height) {
  const canvas = Object.assign(document.createElement("canvas"), { width: Math.round(width), height: Math.round(height) });
  canvas.getContext("2d").drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** All style sheets as text that may stand in XML, those fonts in it that the page has used. */
async function stylesOf(page) {
  const used = new Set([...page.fonts].filter((font) => font.status === "loaded").map((font) => `${bare(font.family)} ${font.style}`));
  const texts = [];
  for (const sheet of page.styleSheets) {
    for (const rule of sheet.cssRules) texts.push(rule instanceof CSSFontFaceRule ? await fontOf(rule, sheet, used) : rule.cssText);
  }
  // the SVG is the root of its own document
  return texts.join("\n").replaceAll(":root", "html").replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

async function fontOf(rule, sheet, used) {
  if (!used.has(`${bare(rule.style.getPropertyValue("font-family"))} ${rule.style.getPropertyValue("font-style") || "normal"}`)) return "";
  const [whole, , address] = /url\((["']?)([^"')]+)\1\)/.exec(rule.cssText) ?? [];
  if (!whole) return "";
  const answer = await fetch(new URL(address, sheet.href));
  return answer.ok ? rule.cssText.replace(whole, `url("${await addressOf(await answer.blob())}")`) : "";
}

const bare = (family) => family.replaceAll(/["']/g, "");

function addressOf(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(blob);
  });
}
