"""Every page of some contents, built by the page of a screen in each of its rooms, and what each lacks."""

from tests.pages.screen.conftest import MEASURE

LACKING = """(page) => {
  const rest = page.cloneNode(true);
  const less = "title, .page-mark, .notice-tag, .notice-title, .waits-title, .feature-title, .slide-credit," +
    ".waits-source, .feature-source";
  for (const part of rest.querySelectorAll(less)) part.remove();
  const has = (name) => page.querySelector(name) !== null;
  const isTitled = has(":is(.notice-title, .waits-title, .feature-title)");
  return [
    !rest.textContent.trim() && !has(".picture-media, .slide-code") && "only a head or a source",
    has(".slide-code") && !isTitled && "a code without its title",
    has(".figure-number") && !has(".feature-says") && "a figure without its meaning",
    has(".date-leaf") && !isTitled && "a date without its title",
    has(".waits-line") && !isTitled && "a row without its head",
    has(".busy-legend") !== has(".busy-grid") && "a legend without its chart",
    has("[data-title=none]") && "a picture without its title",
    hasWordsUnderCode() && "words under a code",
  ].filter(Boolean);
  function hasWordsUnderCode() {
    const code = page.querySelector(".slide-code, .scan-code")?.getBoundingClientRect();
    return [...page.querySelectorAll("h2, p")].some((element) => {
      const range = document.createRange();
      range.selectNodeContents(element);
      return code && [...range.getClientRects()].some((line) =>
        Math.min(line.right, code.right) - Math.max(line.left, code.left) > 2 &&
        Math.min(line.bottom, code.bottom) - Math.max(line.top, code.top) > 2);
    });
  }
}"""
"""What a page lacks to be understood by who sees nothing else."""

PARTED = """(page) => {
  const found = [], texts = document.createTreeWalker(page, NodeFilter.SHOW_TEXT);
  const top = (text, at) => {
    const range = document.createRange();
    range.setStart(text, at);
    range.setEnd(text, at + 1);
    return range.getBoundingClientRect().top;
  };
  for (let text; (text = texts.nextNode());)
    for (const { index } of text.data.matchAll(/\\u00ad/g))
      if (top(text, index + 1) > top(text, index - 1) + 4) found.push(text.data);
  return found;
}"""
"""The texts of a page with a word that two lines part."""

BUILT = f"""async ({{ contents, rooms }}) => {{
  const {{ buildPages }} = await import("/static/signage/slides.js");
  const {{ isThought }} = await import("/static/signage/contents.js");
  const lacking = {LACKING}, partedIn = {PARTED};
  const {{ createWordsIn }} = await import("/static/signage/words.js");
  const {{ own, languages }} = JSON.parse(document.querySelector("#sentences").textContent);
  const wordsIn = createWordsIn(languages, own, () => "Europe/Paris");
  const slide = document.querySelector("#slide"), measure = document.querySelector("#measure");
  await Promise.all([...document.fonts].map((font) => font.load()));
  const measured = {MEASURE}, found = [];
  const room = {{ notices: "yes", crowded: "no", rest: "no", view: "rest" }};
  Object.assign(document.body.dataset, room);
  for (const quiet of rooms) {{
    document.body.dataset.quiet = quiet;
    for (const content of contents) {{
      const pages = buildPages(measure, content, wordsIn(content.language));
      const isLarge = quiet === "no" && !isThought(pages); // such pages are never shown
      const troubles = (isLarge ? [] : pages).flatMap(({{ element }}) => {{
        slide.replaceChildren(element);
        return [...measured(), ...lacking(element)];
      }});
      const rows = pages.map(({{ element }}) => element.querySelectorAll(".waits-line").length);
      const large = pages[0].element.querySelector(".figure-value")?.textContent ?? null;
      const scans = pages[0].element.querySelector(".scan") !== null;
      const parted = pages.flatMap(({{ element }}) => {{
        slide.replaceChildren(element);
        return partedIn(element);
      }});
      const seen = {{ rows, large, scans, parted, troubles }};
      found.push({{ kind: content.kind, quiet, isLarge, pages: pages.length, ...seen }});
    }}
  }}
  slide.replaceChildren();
  return found;
}}"""
