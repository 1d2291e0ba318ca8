// Reads documents, one JSON string a line, and answers each with its faults, one JSON list a line.
import { createInterface } from "node:readline";
import { HtmlValidate, StaticConfigLoader } from "html-validate";

const validator = new HtmlValidate(
  new StaticConfigLoader({ extends: ["html-validate:standard"], root: true }),
);

for await (const line of createInterface({ input: process.stdin })) {
  const report = await validator.validateString(JSON.parse(line));
  const faults = report.results.flatMap(({ messages }) =>
    messages.map(
      ({ ruleId, message, selector, line: at }) => `${ruleId}: ${message} at ${selector ?? `line ${at}`}`,
    ),
  );
  process.stdout.write(`${JSON.stringify(faults)}\n`);
}
