// Services of a menu as the server describes them.

/** An open service that nobody waits for; `changes` replaces fields. */
export const service = (id, changes = {}) => ({
  id,
  name: id,
  state: "open",
  bring: [],
  children: [],
  wait: null,
  waiting: 0,
  next_opening: null,
  ...changes,
});
