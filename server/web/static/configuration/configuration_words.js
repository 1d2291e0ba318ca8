// What the pages of the configuration say of a document, without a browser.

/** Who published a revision, and when: a sentence. */
export function publishedWords({ revision, published_at: at, author, origin, restores }, { say, moment }) {
  if (!revision) return say("publishing.published.never");
  const values = { revision, at: moment(at), who: whoWords(author, origin, say), restored: restores };
  return say(restores ? "publishing.published.restored" : "publishing.published.by", values);
}

/** Who changed something: a person, or what writes without an account. */
export function whoWords(author, origin, say) {
  return author ?? say(`publishing.origin.${origin ?? "browser"}`);
}

/** How many devices run what applies, and how many there are. */
export function appliedOf(halls) {
  const devices = halls.flatMap((hall) => hall.devices);
  return { count: devices.filter(({ state }) => state === "up to date").length, all: devices.length };
}

/** Whether some device may switch to the published revision at any moment. */
export function isAwaited(halls) {
  return halls.some(({ devices }) =>
    devices.some(({ state }) => state === "pending" || state === "downloading"),
  );
}

/** The errors of a draft, and its warnings. */
export function sorted(problems) {
  return {
    errors: problems.filter((each) => !each.is_warning),
    warnings: problems.filter((each) => each.is_warning),
  };
}
