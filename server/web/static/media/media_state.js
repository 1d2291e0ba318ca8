// What the page of media makes of a medium and of an upload under way. Pure: no page, no clock.

/** Why a file need not be sent at all: the key of a sentence with its values, or null. */
export function refusalOf(file, mediaBytes) {
  if (file.size === 0) return { key: "media.send.empty", values: {} };
  if (file.size > mediaBytes)
    return { key: "media.send.too_large", values: { megabytes: Math.floor(mediaBytes / 1e6) } };
  return null;
}

/**
 * Where a file is sent: `site` is the one it belongs to, "*" for all, nothing where there is no choice;
 * `name` is that of the file.
 */
export function uploadAddress(base, site, name = "") {
  return address(base, { site, name });
}

/** An address with the values of a query; those that are empty are left out. */
export function address(base, values) {
  const given = Object.entries(values).filter(([, value]) => value);
  return given.length ? `${base}?${new URLSearchParams(given)}` : base;
}

/** Tags as they were typed, separated by commas. */
export function tagsOf(typed) {
  return typed
    .split(",")
    .map((tag) => tag.trim())
    .filter(Boolean);
}

/** Whether a medium needs a text that describes it; a font needs none. */
export const needsTexts = ({ state, kind }) => state === "ready" && kind !== "font";

/** Whether the installation's document may name a medium: a logo or a font. */
export const maybeLook = ({ state, kind }) => state === "ready" && ["image", "font"].includes(kind);

/** The texts of a form as they are sent: without those that are empty. */
export function textsOf(values) {
  return Object.fromEntries(
    Object.entries(values)
      .map(([language, text]) => [language, text.trim()])
      .filter(([, text]) => text !== ""),
  );
}

/**
 * Why texts cannot be kept: the key of a sentence, or null. French is needed; a single translation is not
 * enough.
 */
export function textProblem(texts) {
  if (!texts.fr) return "media.text.missing";
  return Object.keys(texts).length === 2 ? "media.text.one_translation" : null;
}

/** How far a batch of files is: how many are done, of how many that were not stopped; whether any is left. */
export function progressOf(/** @type {{ state: string }[]} */ batch) {
  const whole = batch.filter(({ state }) => state !== "stopped");
  const done = whole.filter(({ state }) => ["received", "refused"].includes(state)).length;
  return { done, whole: whole.length, isUnderWay: done < whole.length };
}

/**
 * What replacing a medium would do, of the notices that show it: to how many, how many of these are on
 * screens, how many would wait for a decision, and what the request names (versions by ids).
 */
export function replacementOf(/** @type {Api.UseOfMediumAnswer[]} */ uses) {
  const changed = uses.filter(({ change }) =>
    ["edited", "proposed", "approved", "published"].includes(change),
  );
  return {
    count: changed.length,
    shown: changed.filter((use) => use.is_on_screens).length,
    proposed: changed.filter(({ change }) => change === "proposed").length,
    notices: Object.fromEntries(changed.map(({ notice, version }) => [notice, version])),
  };
}
