"""Is there a microphone and a speaker? `python -m companion.evening.present` exits with 2 and says why when there is not."""

from __future__ import annotations

import sys

from companion.adapters.devices import present

if __name__ == "__main__":
    microphone, speaker, sentence = present()
    if not (microphone and speaker):
        print(sentence)
        sys.exit(2)
