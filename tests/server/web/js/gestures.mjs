// The table of gestures, as the page gives it to scripts.

import { execFileSync } from "node:child_process";

const MADE =
  "import json; from server.domain.visits.gestures import offers, usual_keys; print(json.dumps([offers(), usual_keys()]))";
export const [GESTURES, KEYS] = JSON.parse(
  execFileSync(process.env.PYTHON ?? ".venv/bin/python", ["-c", MADE], { encoding: "utf-8" }),
);
