"""`python -m scripts.train_model STEP`: one step of making the model, or `all` of them."""

from __future__ import annotations

import argparse
import importlib
import sys
import time

from . import lexicon, spanish

STEPS = ("lexicon", "text", "synthesise", "features", "train", "export", "evaluate")
"""In order. `augment` is another name of `features`: augmented sounds become features at once and are not kept."""
OTHER_NAMES = {"augment": "features"}
AFTER = {"export": "mapped", "graphs": "mapped"}
"""What follows from a step: the models of other languages are made of the English one."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m scripts.train_model", description=__doc__)
    parser.add_argument("step", choices=("all", *STEPS, *OTHER_NAMES, "graphs", "card"))
    parser.add_argument("--minutes", type=float, help="length of training, counted over all its runs (default 90)")
    parser.add_argument("--on", type=float, help="train a finished checkpoint so many minutes more")
    parser.add_argument("--rate", type=float, default=1e-3, help="the learning rate that --on starts from (default 0.001)")
    options = parser.parse_args()
    chosen = STEPS if options.step == "all" else (OTHER_NAMES.get(options.step, options.step),)
    for step in chosen:
        began = time.monotonic()
        print(f"— {step}", flush=True)
        module = importlib.import_module(f".{step}", __package__)
        if step == "train" and options.on:
            module.run(further=options.on, rate=options.rate)
        elif step == "train" and options.minutes:
            module.run(minutes=options.minutes)
        else:
            module.run()
        if step in AFTER:
            importlib.import_module(f".{AFTER[step]}", __package__).run()
        print(f"— {step} took {(time.monotonic() - began) / 60:.1f} min", flush=True)


if __name__ == "__main__":
    try:
        main()
    except (lexicon.UnknownWords, spanish.Unspeakable) as unknown:
        sys.exit(str(unknown))
