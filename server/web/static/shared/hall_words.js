// The names that a page at work uses for the things of its hall: from its JSON, made again when that changes.

/** What names languages in one of them; a variety of our own (`fr-x-simple`) by its base and what it is. */
export function languageNames(language) {
  const names = new Intl.DisplayNames([language], { type: "language" });
  return (code) => {
    const [base, variety] = code.split("-x-");
    return variety ? `${names.of(base)} (${variety})` : names.of(code);
  };
}

/**
 * The hall with its lists, and the names of services, counters and languages by id or code. `ownCounters`:
 * those where the reader may call, with the services that they may call there.
 */
export function hallWords({ language, hall, counters, services, profiles, languages, reach }) {
  const names = new Map(services.map(({ id, name }) => [id, name]));
  const labels = new Map(counters.map(({ id, label }) => [id, label]));
  return {
    ...hall,
    counters,
    ownCounters: reach
      ? counters.filter(({ id }) => reach[id]).map((one) => ({ ...one, services: reach[one.id] }))
      : counters,
    services,
    profiles,
    languages,
    serviceIds: services.map(({ id }) => id),
    serviceName: (id) => names.get(id) ?? id,
    counterLabel: (id) => labels.get(id) ?? "",
    languageName: languageNames(language),
  };
}
