// Looks at a screen's page every tenth of a second. Keeps `blanks` (nothing to read, or an empty place of
// notices), `broken` (a picture or a film without its frame), `cut` (a notice higher or wider than its room),
// `tasks` (milliseconds of those longer than 50, by what the browser counts) and the set `shown`: numbers on
// cards, IMG, VIDEO, kinds of alerts.
window.blanks = [];
window.broken = [];
window.cut = [];
window.tasks = [];
window.shown = new Set();
{
  const isSeen = (one) => one.checkVisibility();
  const hasText = (one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const isText = (one) => isSeen(one) && hasText(one) && !one.closest(".unseen, #measure, #foot");
  const isBroken = (one) =>
    one.tagName === "IMG" ? one.complete && !one.naturalWidth : one.readyState < 2 && !one.seeking;

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
    for (const number of document.querySelectorAll(".card-number")) window.shown.add(number.textContent);
    if (document.body.dataset.alert) window.shown.add(document.body.dataset.alert);
  }

  new PerformanceObserver((list) =>
    window.tasks.push(...list.getEntries().map((one) => one.duration)),
  ).observe({
    type: "longtask",
  });
  addEventListener("DOMContentLoaded", () => setInterval(look, 100));
}
