"""The voice as a process of its own: `python -m hardware.speech FOLDER`, one JSON line in, one out, for ever.

In: {"sentences": […], "language": "fr"}. Out: {"name": "….wav"} or {"unavailable": "why"}. It runs at the
lowest priority, so that rendering never delays a call.
"""

import json
import os
import sys
from pathlib import Path

from hardware.speech.audio_files import AudioFiles
from hardware.speech.espeak import SpeechUnavailable

LOWEST_PRIORITY = 19


def main() -> None:
    """Answers until its input ends."""
    os.nice(LOWEST_PRIORITY)
    files = AudioFiles(Path(sys.argv[1]))
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = {"name": files.audio_file(tuple(asked["sentences"]), asked["language"])}
        except (SpeechUnavailable, OSError) as reason:
            answer = {"unavailable": str(reason)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
