// What the server writes before the text of the service workers of kiosks and screens.

declare const RELEASE: { version: string; files: string[] };
