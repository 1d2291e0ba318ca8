"""The serial lines of this machine, by names that stay with the adapter wherever it is plugged in."""

import re
from pathlib import Path

DEV = Path("/dev")
SYS = Path("/sys")
PATTERN = r"/dev/(?:serial/by-(?:id|path)/[A-Za-z0-9][A-Za-z0-9._:+-]{0,120}|tty(?:S|USB|ACM|AMA)[0-9]{1,3})"
"""Where a serial line may be: no other device or file is opened as one."""
_NO_PORT = "0"
"""What the kernel says of a port that the machine could have and has not."""


def serial_lines() -> list[Path]:
    """The adapters by their serial number, else by their USB port; then the machine's own ports."""
    by_id = sorted((DEV / "serial" / "by-id").glob("*"))
    named = {each.resolve() for each in by_id}
    by_path = [each for each in sorted((DEV / "serial" / "by-path").glob("*")) if each.resolve() not in named]
    own = sorted((SYS / "class" / "tty").glob("ttyS*"), key=lambda each: (len(each.name), each.name))
    return [*by_id, *by_path, *(DEV / each.name for each in own if _is_there(each))]


def is_serial_line(text: str) -> bool:
    """Whether a text is the name of a serial line, whether there is one or not."""
    return re.fullmatch(PATTERN, text) is not None


def _is_there(entry: Path) -> bool:
    try:
        return (entry / "type").read_text(encoding="ascii").strip() != _NO_PORT
    except OSError:
        return False
