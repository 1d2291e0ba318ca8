// A picture of this page for supervision, drawn by the page itself: its elements and its styles in an SVG,
// that on a canvas. Not what the browser's compositor put on the screen: a dead panel or a fault of the
// graphics looks well here.

const LONGEST_PX = 960;
const MEDIA_PX = 720;
const QUALITIES = [0.8, 0.6, 0.4];
const MOST_BYTES = 190_000;
const OF_FILES = new Set(["src", "srcset", "poster"]);
const UNNEEDED = "#measure, script, noscript, link";

// fonts come, a screen is turned, a new look brings another style sheet
/** @type {{ key: string | null, styles: string }} */
let lastStyles = { key: null, styles: "" };

/** The picture as a WebP blob, at most `LONGEST_PX` a side. Rejects when the page cannot be drawn. */
export async function drawPicture(page = document) {
  const size = { width: innerWidth, height: innerHeight };
  const fonts = fontsOf(page);
  const key = JSON.stringify([fonts, size, [...page.styleSheets].map(({ href }) => href)]);
  if (lastStyles.key !== key) lastStyles = { key, styles: await stylesOf(page, new Set(fonts)) };
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

/** The page as SVG text: its texts, its media in their present state, its styles with their fonts inside. */
function svgOf(page, { width, height }) {
  const copy = page.body.cloneNode(true);
  const pictures = [...page.body.querySelectorAll("img, video")];
  for (const [at, place] of [...copy.querySelectorAll("img, video")].entries())
    place.replaceWith(stillOf(pictures[at]));
  for (const unneeded of copy.querySelectorAll(UNNEEDED)) unneeded.remove();
  const body = new XMLSerializer().serializeToString(copy);
  const own = page.documentElement.style.cssText.replaceAll('"', "'");
  const set = ` style="height: ${height}px; ${own}"`;
  const root = `html xmlns="http://www.w3.org/1999/xhtml" lang="${page.documentElement.lang}"${set}`;
  const drawn = `<${root}><head><style>${lastStyles.styles}</style></head>${body}</html>`;
  const box = `svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"`;
  return `<${box}><foreignObject width="100%" height="100%">${drawn}</foreignObject></svg>`;
}

/** An image or a film's present frame as an image of its own, without loss: an SVG loads data URLs only. */
function stillOf(media) {
  if (media.src.startsWith("data:")) return media.cloneNode();
  const still = document.createElement("img");
  for (const { name, value } of media.attributes) if (!OF_FILES.has(name)) still.setAttribute(name, value);
  const [width, height] = [
    media.videoWidth || media.naturalWidth || 0,
    media.videoHeight || media.naturalHeight || 0,
  ];
  const scale = Math.min(1, MEDIA_PX / Math.max(width, height, 1));
  if (width) still.src = canvasOf(media, width * scale, height * scale).toDataURL();
  return still;
}

function canvasOf(source, width, height) {
  const canvas = Object.assign(document.createElement("canvas"), {
    width: Math.round(width),
    height: Math.round(height),
  });
  canvas.getContext("2d")?.drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** The fonts that the page has used. */
const fontsOf = (page) =>
  [...page.fonts]
    .filter((font) => font.status === "loaded")
    .map(({ family, style, unicodeRange }) => nameOf(family, style, unicodeRange));

/**
 * All style sheets as text that may stand in XML, with the fonts that are used in it. As they were written:
 * what the browser writes of a shorthand with variables is not whole. Media queries and units of the window
 * are answered here, since the SVG is the root of its own document, whose window is not the page's; nothing
 * moves in a picture.
 */
async function stylesOf(page, used) {
  const texts = await Promise.all([...page.styleSheets].map((sheet) => sheetOf(sheet.href, used)));
  const inPixels = (whole, number, unit) =>
    `${(Number(number) * (unit === "vw" ? innerWidth : innerHeight)) / 100}px`;
  return [...texts, "* { animation: none !important; transition: none !important; }"]
    .join("\n")
    .replaceAll(/@media ([^{]+)\{/g, (whole, query) =>
      matchMedia(query).matches ? "@media all {" : "@media not all {",
    )
    .replaceAll(/(\d*\.?\d+)(vw|vh)\b/g, inPixels)
    .replaceAll(":root", "html")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;");
}

async function sheetOf(href, used) {
  let text = await (await fetch(href)).text();
  for (const [face] of text.matchAll(/@font-face\s*\{[^}]*\}/g))
    text = text.replace(face, await fontOf(face, href, used));
  return text;
}

async function fontOf(face, href, used) {
  const [, family] = /font-family:\s*([^;]+);/.exec(face) ?? [];
  const [, style = "normal"] = /font-style:\s*([^;]+);/.exec(face) ?? [];
  const [, unicodeRange] = /unicode-range:\s*([^;]+);/.exec(face) ?? [];
  const [whole, , address] = /url\((["']?)([^"')]+)\1\)/.exec(face) ?? [];
  if (!whole || !used.has(nameOf(family, style, unicodeRange))) return "";
  const answer = await fetch(new URL(address, href));
  return answer.ok ? face.replace(whole, `url("${await addressOf(await answer.blob())}")`) : "";
}

/** A font by its family, style and letters, as the browser writes them: a family comes in several files. */
function nameOf(family, style, letters) {
  const { unicodeRange } = new FontFace("any", "url(any)", letters ? { unicodeRange: letters } : {});
  return `${family.replaceAll(/["']/g, "")} ${style} ${unicodeRange}`;
}

function addressOf(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(blob);
  });
}
