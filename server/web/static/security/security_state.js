// What the security guard's page makes of the day's appointments and of a series given: no name, no number of
// a visitor. Pure.

/**
 * Hours of the day by service, in order: how many are expected in all and how many have arrived; cancelled
 * ones are left out.
 */
export function hourRows(/** @type {Api.ListedAppointment[]} */ appointments) {
  const rows = new Map();
  for (const { booked_at: at, service, state, is_overdue: isOverdue } of appointments) {
    if (state === "cancelled") continue;
    const key = `${at} ${service}`;
    const row = rows.get(key) ?? { at, service, expected: 0, arrived: 0, isPast: true };
    row.expected += 1;
    row.arrived += state === "checked_in" ? 1 : 0;
    row.isPast &&= isOverdue || state === "checked_in";
    rows.set(key, row);
  }
  return [...rows.values()].toSorted(
    (a, b) => Date.parse(a.at) - Date.parse(b.at) || a.service.localeCompare(b.service),
  );
}

/** The first and last number of a series that was given, and how many tickets it has. */
export function givenWords(tickets) {
  return { first: tickets[0].number, last: tickets.at(-1).number, count: tickets.length };
}
