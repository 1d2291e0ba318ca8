// Reloads a page of which a script or a style did not arrive: nobody is at a screen to do it. Not a module,
// and the first script of a page: it watches the loading of the others.

{
  const TRIED = "parvis.not_whole";
  const FIRST_MS = 1_000;
  const LONGEST_MS = 60_000;
  let isWhole = true;

  // where nothing may be kept each try is the first one
  const read = () => {
    try {
      return Number(sessionStorage.getItem(TRIED));
    } catch {
      return 0;
    }
  };
  const keep = (tried) => {
    try {
      sessionStorage.setItem(TRIED, tried);
    } catch {
      /* see above */
    }
  };

  /** Once the server answers: a page that is there says more than one that could not be loaded. */
  const loadAgain = async (tried) => {
    await new Promise((done) =>
      setTimeout(done, Math.min(FIRST_MS * 2 ** tried, LONGEST_MS) * (0.5 + Math.random())),
    );
    try {
      const { ok } = await fetch(location.pathname + location.search, {
        method: "HEAD",
        cache: "no-store",
        credentials: "same-origin",
      });
      if (ok) return location.reload();
    } catch {
      /* asked again */
    }
    return loadAgain(tried + 1);
  };

  const isPart = (element) =>
    element instanceof HTMLScriptElement ||
    (element instanceof HTMLLinkElement && element.relList.contains("stylesheet"));
  const lost = ({ target }) => {
    if (!isWhole || !isPart(target)) return;
    isWhole = false;
    const tried = read();
    keep(tried + 1);
    loadAgain(tried);
  };
  addEventListener("error", lost, true);
  addEventListener("load", () => {
    removeEventListener("error", lost, true);
    if (isWhole) keep(0);
  });
}
