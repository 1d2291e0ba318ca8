// What eslint asks of the scripts of pages and of their tests. `make check` runs it; prettier has the format.

import js from "@eslint/js";
import globals from "globals";

const rules = {
  ...js.configs.recommended.rules,
  eqeqeq: ["error", "always", { null: "ignore" }],
  "max-len": [
    "error",
    {
      code: 110,
      ignoreUrls: true,
      ignoreStrings: true,
      ignoreTemplateLiterals: true,
      ignoreRegExpLiterals: true,
    },
  ],
  "no-console": ["error", { allow: ["warn", "error"] }],
  "no-eval": "error",
  "no-implied-eval": "error",
  "no-unused-vars": [
    "error",
    { argsIgnorePattern: "^_", varsIgnorePattern: "^_", ignoreRestSiblings: true, caughtErrors: "none" },
  ],
  "no-var": "error",
  "prefer-const": "error",
};

export default [
  { ignores: ["node_modules/", "var/", ".venv/", "docs/"] },
  {
    files: ["**/static/**/*.js"],
    languageOptions: { ecmaVersion: 2024, sourceType: "module", globals: globals.browser },
    rules,
  },
  {
    files: ["{kiosk,signage}/static/**/worker.js", "**/phone/push_worker.js"],
    languageOptions: { globals: globals.serviceworker },
  },
  {
    files: ["**/*.mjs", "eslint.config.js"],
    languageOptions: {
      ecmaVersion: 2024,
      sourceType: "module",
      globals: { ...globals.node, ...globals.browser },
    },
    rules: { ...rules, "no-console": "off" },
  },
];
