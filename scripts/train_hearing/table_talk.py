"""Who speaks when: conversations of two with habits drawn anew for each, from monologue to constant overlap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from people import Phrase, hum, laugh, word


@dataclass
class Said:
    """A phrase of `who` (0, 1; 2 is a third person) at `at` seconds, from one of the places of its speaker's head."""

    who: int
    at: float
    phrase: Phrase
    spot: int
    gain: float = 1.0


class Table:
    """Plans `seconds` of talk from two supplies of phrases (and a third person's)."""

    def __init__(self, seconds: float, supply: list[list[Phrase]], spots: int, rng: np.random.Generator) -> None:
        self.seconds, self.supply, self.spots, self.rng = seconds, supply, spots, rng
        self.said: list[Said] = []
        u = rng.uniform
        self.turn = np.exp(u(np.log(1.5), np.log(25)))  # median length of a turn
        self.pause = u(0.25, 0.9)
        self.gap, self.spread = u(-0.2, 0.9), u(0.15, 0.7)
        self.small = u(1, 14) / 60  # listener's sounds a second
        self.laughs = u(0, 0.5)
        self.comes_in = 0.0 if rng.random() < 0.2 else u(0.5, 8) / 60
        self.quiet = u(0, 0.08)

    def pick(self, who: int) -> Phrase:
        return self.supply[who][int(self.rng.integers(len(self.supply[who])))]

    def say(self, who: int, at: float, phrase: Phrase, gain: float = 1.0) -> float:
        self.said.append(Said(who, at, phrase, int(self.rng.integers(self.spots)) if who < 2 else 0, gain))
        return at + phrase.seconds

    def talk(self, who: int, at: float, length: float) -> float:
        """A turn from `at` on: phrases with pauses. Returns its end."""
        spot, end = int(self.rng.integers(self.spots)), at
        while True:
            p = self.pick(who)
            self.said.append(Said(who, end, p, spot))
            end += p.seconds
            if end - at > length:
                return end
            pause = self.pause * np.exp(0.5 * self.rng.standard_normal())
            end += float(min(4.0, pause * (4 if self.rng.random() < 0.08 else 1)))

    def listen(self, who: int, start: float, end: float) -> None:
        """What the listener does meanwhile: small sounds, and coming in."""
        t = start + 0.5
        rate = self.small + self.comes_in
        while (t := t + float(self.rng.exponential(1 / rate))) < end:
            if self.rng.random() < self.small / rate:
                p = self.pick(who)
                kind = self.rng.random()
                made = (
                    laugh(p, self.rng)
                    if kind < self.laughs
                    else hum(p, self.rng)
                    if kind < (1 + self.laughs) / 2
                    else word(p, self.rng)
                )
                t = self.say(who, t, made)
            else:
                t = self.talk(who, t, float(self.rng.uniform(0.5, 4)))

    def plan(self, third: bool) -> list[Said]:
        who, t = int(self.rng.integers(2)), float(self.rng.uniform(0.5, 2))
        while t < self.seconds - 2:
            end = self.talk(who, t, float(self.turn * np.exp(0.6 * self.rng.standard_normal())))
            self.listen(1 - who, t, end)
            gap = float(self.gap + self.spread * self.rng.standard_normal())
            if self.rng.random() < self.quiet:
                gap += float(self.rng.uniform(3, 10))
            t = max(t + 0.7, end + max(-2.0, gap))
            if self.rng.random() < 0.85:
                who = 1 - who
        if third:
            t = float(self.rng.uniform(2, 10))
            while t < self.seconds - 2:
                t = self.say(2, t, self.pick(2)) + float(self.rng.exponential(self.rng.choice([0.5, 8])))
        return [s for s in self.said if s.at + s.phrase.seconds < self.seconds]
