// The printed queue: its button.

import { one } from "../shared/dom.js";

one("[data-print]").addEventListener("click", () => globalThis.print());
