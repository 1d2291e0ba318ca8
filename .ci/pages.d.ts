// What scripts may count on in pages.

interface ParentNode {
  /** Selectors of pages find HTML elements, never parts of drawings. */
  querySelector<E extends HTMLElement = HTMLElement>(selectors: string): E | null;
  querySelectorAll<E extends HTMLElement = HTMLElement>(selectors: string): NodeListOf<E>;
}

interface Element {
  closest<E extends HTMLElement = HTMLElement>(selectors: string): E | null;
}

interface HTMLFormControlsCollection {
  /** A field by its name, which only the page's template knows. */
  [name: string]: any;
}

interface Locale {
  getTextInfo?(): { direction: "ltr" | "rtl" };
}
