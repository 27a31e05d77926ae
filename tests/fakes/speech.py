"""A speech program that hums: `speech.py OUTPUT LANGUAGE PACE DIARY`, the text by standard input.

Hums 3 s / PACE (words a minute) for each character, 20 ms at 150, at 22,050 Hz as espeak-ng writes, and adds
a line to DIARY: when it began, when it ended, the language, the pace and the text. A text that begins with
"fail", "nothing" or "noise" goes wrong so.
"""

import sys
import time
import wave
from array import array
from math import sin
from pathlib import Path

RATE = 22_050


def main(output: str, language: str, pace: str, diary: str) -> int:
    """Speak one text; give the exit code."""
    begun = time.monotonic()
    text = sys.stdin.buffer.read().decode()
    if text.startswith("fail"):
        sys.stderr.write("no such voice\nat all\n")
        return 3
    if text.startswith("noise"):
        Path(output).write_bytes(b"noise")
    elif not text.startswith("nothing"):
        with wave.open(output, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            samples = array("h", (round(9000 * sin(n / 8)) for n in range(len(text) * RATE * 3 // int(pace))))
            file.writeframes(samples.tobytes())
    with Path(diary).open("a", encoding="utf-8") as file:
        file.write(f"{begun}|{time.monotonic()}|{language}|{pace}|{text}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
