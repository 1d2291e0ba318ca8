"""The paper of the simulated printer: rows of dots, and the text they represent."""

import io
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import segno
from PIL import Image, ImageChops, ImageDraw, ImageFont

from hardware.lettering import FONT_FILES, FontMissing
from hardware.simulator.commands import Command

_CELL = (12, 24)
_LINE_DOTS = 30
_LONGEST_RECEIPT_ROWS = 20_000
_CODE_PAGES = {0: "cp437", 2: "cp850", 3: "cp860", 4: "cp863", 5: "cp865", 16: "cp1252", 19: "cp858"}


@dataclass(slots=True)
class _Style:
    align: int = 0
    width: int = 1
    height: int = 1
    bold: bool = False
    inverse: bool = False
    code_page: int = 0


@dataclass(slots=True)
class _Code:
    module_dots: int = 3
    level: str = "l"
    content: bytes = b""


@dataclass(slots=True)
class SimulatedPaper:
    """The receipt in the making: `take` prints one command, `finish` tears it off; raises FontMissing."""

    width_dots: int
    fonts_dir: Path | None = None
    _style: _Style = field(default_factory=_Style)
    _code: _Code = field(default_factory=_Code)
    _strips: list[tuple[int, Image.Image]] = field(default_factory=list)
    _rows: int = 0
    _line: list[tuple[str, _Style]] = field(default_factory=list)
    _texts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        _cell_font(self.fonts_dir, bold=False)

    def take(self, command: Command) -> None:
        """Print a command; what the printer does not know prints nothing."""
        match command.name:
            case "ESC @":
                self._style, self._line = _Style(), []
            case "text":
                self._write(command.content)
            case "control" if command.content == b"\n":
                self._end_line()
            case "ESC d":
                self._feed_lines(command.content[0])
            case "ESC J":
                self._end_line_if_any()
                self._rows += command.content[0]
            case "GS v 0":
                self._raster(command.content)
            case "GS ( k":
                self._two_dimensional(command.content)
            case _:
                self._set_style(command)

    def rows_of(self, command: Command) -> int:
        """Rows of paper a command needs, 0 when it only sets something."""
        match command.name:
            case "GS v 0":
                return command.content[3] + 256 * command.content[4]
            case "control" if command.content == b"\n":
                return _LINE_DOTS
            case "ESC d":
                return _LINE_DOTS * command.content[0]
            case _:
                return 0

    def finish(self) -> tuple[bytes, str] | None:
        """The receipt as PNG and as text, None when nothing was printed; the next starts empty."""
        self._end_line_if_any()
        strips, texts = self._strips, self._texts
        self._strips, self._texts, self._rows = [], [], 0
        if not strips:
            return None
        height = max(top + strip.height for top, strip in strips)
        picture = Image.new("1", (self.width_dots, height), 255)
        for top, strip in strips:
            picture.paste(strip, (0, top))
        png = io.BytesIO()
        picture.save(png, format="PNG")
        while texts and not texts[-1]:
            texts.pop()
        return png.getvalue(), "\n".join(texts) + "\n"

    def _set_style(self, command: Command) -> None:
        n = command.content[0] if command.content else 0
        match command.name:
            case "ESC a":
                self._style.align = n % 48 % 3
            case "ESC E" | "ESC G":
                self._style.bold = bool(n & 1)
            case "ESC t":
                self._style.code_page = n
            case "GS B":
                self._style.inverse = bool(n & 1)
            case "GS !":
                self._style.width, self._style.height = (n >> 4 & 7) + 1, (n & 7) + 1
            case "ESC !":
                self._style.bold = bool(n & 8)
                self._style.height, self._style.width = 1 + (n >> 4 & 1), 1 + (n >> 5 & 1)

    def _write(self, content: bytes) -> None:
        style = self._style
        text = content.decode(_CODE_PAGES.get(style.code_page, "cp437"), "replace")
        for character in text:
            advance = _CELL[0] * style.width
            if self._line_dots() + advance > self.width_dots and self._line:
                self._end_line()
            frozen = _Style(style.align, style.width, style.height, style.bold, style.inverse)
            self._line.append((character, frozen))

    def _line_dots(self) -> int:
        return sum(_CELL[0] * style.width for _, style in self._line)

    def _end_line_if_any(self) -> None:
        if self._line:
            self._end_line()

    def _end_line(self) -> None:
        height = max((_CELL[1] * style.height for _, style in self._line), default=0)
        if self._line:
            line = Image.new("1", (self._line_dots(), height), 255)
            x = 0
            for character, style in self._line:
                cell = self._cell(character, style)
                line.paste(cell, (x, height - cell.height))
                x += cell.width
            self._place(line, feed=max(_LINE_DOTS, height))
        else:
            self._rows += _LINE_DOTS
        self._texts.append("".join(character for character, _ in self._line).rstrip())
        self._line = []
        self._guard_length()

    def _feed_lines(self, count: int) -> None:
        self._end_line_if_any()
        self._rows += count * _LINE_DOTS
        self._texts += [""] * count
        self._guard_length()

    def _cell(self, character: str, style: _Style) -> Image.Image:
        cell = Image.new("1", _CELL, 255)
        pen = ImageDraw.Draw(cell)
        pen.fontmode = "1"
        font = _cell_font(self.fonts_dir, bold=style.bold)
        pen.text((_CELL[0] / 2, 19), character, font=font, fill=0, anchor="ms")
        if style.inverse:
            cell = ImageChops.invert(cell)
        return cell.resize((_CELL[0] * style.width, _CELL[1] * style.height), Image.Resampling.NEAREST)

    def _raster(self, content: bytes) -> None:
        self._end_line_if_any()
        mode, width = content[0] & 3, (content[1] + 256 * content[2]) * 8
        height = content[3] + 256 * content[4]
        if not width or not height:
            return
        band = ImageChops.invert(Image.frombytes("1", (width, height), content[5:]))
        if mode:
            scaled = (width * (2 if mode & 1 else 1), height * (2 if mode & 2 else 1))
            band = band.resize(scaled, Image.Resampling.NEAREST)
        self._place(band, feed=band.height)
        self._guard_length()

    def _two_dimensional(self, content: bytes) -> None:
        """GS ( k for QR codes (cn 49): module size, level, store, print."""
        if len(content) < 3 or content[0] != 49:
            return
        match content[1]:
            case 67 if 1 <= content[2] <= 16:
                self._code.module_dots = content[2]
            case 69 if 48 <= content[2] <= 51:
                self._code.level = "lmqh"[content[2] - 48]
            case 80:
                self._code.content = content[3:]
            case 81 if self._code.content:
                self._print_code()

    def _print_code(self) -> None:
        self._end_line_if_any()
        code = self._code
        try:
            matrix = segno.make_qr(code.content, error=code.level, boost_error=False).matrix
        except segno.DataOverflowError:
            return
        side = len(matrix)
        dots = bytes(0 if dark else 255 for row in matrix for dark in row)
        picture = Image.frombytes("L", (side, side), dots).convert("1")
        size = side * code.module_dots
        self._place(picture.resize((size, size), Image.Resampling.NEAREST), feed=size)
        self._texts.append(f"[qr {code.content.decode('utf-8', 'replace')}]")

    def _place(self, picture: Image.Image, *, feed: int) -> None:
        strip = Image.new("1", (self.width_dots, picture.height), 255)
        free = max(0, self.width_dots - picture.width)
        align = self._line[0][1].align if self._line else self._style.align
        strip.paste(picture, ((0, free // 2, free)[align], 0))
        self._strips.append((self._rows, strip))
        self._rows += feed

    def _guard_length(self) -> None:
        """A receipt that is never cut does not fill the memory: its beginning is forgotten."""
        if self._rows > _LONGEST_RECEIPT_ROWS:
            self._strips, self._texts, self._rows = [], [], 0


@lru_cache(maxsize=8)
def _cell_font(fonts_dir: Path | None, *, bold: bool) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """A face for characters of 12 × 24 dots: the tickets' own, or Pillow's without a folder of fonts."""
    if fonts_dir is None:
        return ImageFont.load_default(18)
    for name in FONT_FILES["latin"]:
        if (fonts_dir / name).is_file():
            font = ImageFont.truetype(str(fonts_dir / name), 20)
            font.set_variation_by_axes([700 if bold else 450])
            return font
    raise FontMissing(f"no {FONT_FILES['latin'][0]} in the folder of fonts")
