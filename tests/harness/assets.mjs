// Node finds what pages import from /assets where `make assets` put it.

import { register } from "node:module";

register("./assets_hooks.mjs", import.meta.url);

// lit-html asks for a document when it is loaded
globalThis.document ??= /** @type {any} */ ({ createTreeWalker() {} });
