// What the server writes before the text of a service worker.

declare const RELEASE: { version: string; files: string[] };
declare const TOLD: { language: string; sentences: Record<string, string> };
