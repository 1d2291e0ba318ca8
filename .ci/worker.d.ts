// What the server writes before the text of the screen's service worker.

declare const RELEASE: { version: string; files: string[] };
