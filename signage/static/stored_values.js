// Values that a screen keeps in its browser for a reload without a server. A preview keeps nothing.

/** Return a store: `read(name)` gives the stored value, null if there is none; `keep(name, value)`. */
export function createKept({ isPreview, storage = () => globalThis.localStorage }) {
  const written = new Map();

  function read(name) {
    if (isPreview) return null;
    try {
      return JSON.parse(storage().getItem(name) ?? "null");
    } catch {
      return null;
    }
  }

  function keep(name, value) {
    if (isPreview) return;
    const text = JSON.stringify(value);
    if (text === written.get(name)) return;
    written.set(name, text);
    try {
      storage().setItem(name, text);
    } catch {
      // private mode or a full disk: the screen works, a reload without server starts empty
    }
  }

  return { read, keep };
}
