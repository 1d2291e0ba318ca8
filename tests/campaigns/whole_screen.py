"""What a recorder in a screen's page checks (whole_screen.js), and the size of a call's letters."""

from pathlib import Path

SIZES = {"landscape": (1920, 1080), "portrait": (1080, 1920)}
"""Width and height in pixels of both ways up."""
WATCH = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
LETTERS_PX = """() => {
  const found = {};
  for (const name of ["card-number", "card-counter", "card-direction"]) {
    const seen = [...document.querySelectorAll(`.${name}`)].filter((one) => one.checkVisibility());
    const sizes = seen.map((one) => parseFloat(getComputedStyle(one).fontSize));
    if (sizes.length) found[name] = Math.min(...sizes);
  }
  return found;
}"""
"""The smallest letters of what a call says, in px, by what they say."""
