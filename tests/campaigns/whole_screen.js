// Looks at a screen's page every tenth of a second. Keeps `blanks` (nothing to read, or an empty place of
// notices), `broken` (a picture or a film without its frame), `cut` (a notice higher or wider than its room),
// `crumbs` (a page beside calls that is no whole thought, or one that says only where something comes from),
// `tasks` (milliseconds of those longer than 50, by what the browser counts) and the set `shown`: numbers on
// cards, IMG, VIDEO, kinds of alerts. `paintedAt` has the milliseconds at which each number was there first,
// `looks` how many looks there were, and how many of them met a notice that has the whole screen.
window.blanks = [];
window.broken = [];
window.cut = [];
window.crumbs = [];
window.looks = { all: 0, whole: 0 };
window.paintedAt = {};
window.tasks = [];
window.shown = new Set();
{
  const isSeen = (one) => one.checkVisibility();
  const hasText = (one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const isText = (one) => isSeen(one) && hasText(one) && !one.closest(".unseen, #measure, #foot");
  const isBroken = (one) =>
    one.tagName === "IMG" ? one.complete && !one.naturalWidth : one.readyState < 2 && !one.seeking;

  const MOST_BESIDE = 2; // pages of one thought
  const ORIGIN = ".feature-source, .slide-credit, .page-mark";

  /** Whether a page lacks what it is about. */
  function isCrumb(page, isBeside) {
    const { forced, small, page: nth = "1" } = page.dataset;
    if (isBeside && (forced || small || Number(nth) > MOST_BESIDE)) return true;
    const texts = [...page.querySelectorAll("*")].filter((one) => isSeen(one) && hasText(one));
    return texts.length > 0 && texts.every((one) => one.closest(ORIGIN));
  }

  function look() {
    if (!document.body || document.body.dataset.view === "connecting") return;
    const media = [...document.querySelectorAll("#slide .picture-media")].filter(isSeen);
    if (!media.length && ![...document.querySelectorAll("body *")].some(isText))
      window.blanks.push(Date.now());
    const box = document.querySelector("#slide");
    if (isSeen(box) && !box.firstElementChild) window.blanks.push(`no notice, ${Date.now()}`);
    const isCut = box.scrollHeight > box.clientHeight + 2 || box.scrollWidth > box.clientWidth + 2;
    if (!media.length && isSeen(box) && isCut) window.cut.push(box.textContent);
    for (const one of media) {
      window.shown.add(one.tagName);
      if (isBroken(one)) window.broken.push(one.src);
    }
    const page = isSeen(box) && !box.querySelector(".welcome") ? box.firstElementChild : null;
    window.looks.all += 1;
    if (page && document.body.dataset.quiet === "yes") window.looks.whole += 1;
    if (page && !media.length && isCrumb(page, document.body.dataset.view === "calls"))
      window.crumbs.push(page.textContent);
    for (const { textContent: number } of document.querySelectorAll(".card-number")) {
      window.shown.add(number);
      window.paintedAt[number] ??= performance.timeOrigin + performance.now();
    }
    if (document.body.dataset.alert) window.shown.add(document.body.dataset.alert);
  }

  new PerformanceObserver((list) =>
    window.tasks.push(...list.getEntries().map((one) => one.duration)),
  ).observe({
    type: "longtask",
  });
  addEventListener("DOMContentLoaded", () => setInterval(look, 100));
}
