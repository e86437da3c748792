"""Who speaks when: conversations of two with habits drawn anew for each, from an exercise with long floors to a quarrel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from people import Phrase
from small_sounds import hum, laugh, word


@dataclass
class Said:
    """A phrase of `who` (0, 1; 2 is a third person) at `at` seconds, from one of the places of its speaker's head."""

    who: int
    at: float
    phrase: Phrase
    spot: int
    gain: float = 1.0

    @property
    def end(self) -> float:
        return self.at + self.phrase.seconds


class Habits:
    """How these two talk. Times in seconds, rates a minute of the other's talk."""

    def __init__(self, rng: np.random.Generator) -> None:
        u = rng.uniform
        kind = str(rng.choice(["exercise", "easy", "lively", "quarrel", "slow"], p=[0.27, 0.23, 0.25, 0.13, 0.12]))
        self.exercise = kind == "exercise"
        calm = {"exercise": 1.0, "easy": 1.0, "lively": 1.8, "quarrel": 3.5, "slow": 0.6}[kind]
        self.turn = {"exercise": u(10, 50), "easy": u(3, 12), "lively": u(1.2, 5), "quarrel": u(1, 6), "slow": u(4, 20)}[kind]
        self.pause = u(0.4, 1.3) if kind == "slow" else u(0.2, 0.7)
        self.think = u(0.1, 0.3) if kind == "slow" else u(0, 0.12)
        self.gap = {
            "exercise": u(0.5, 2.5),
            "easy": u(0, 0.7),
            "lively": u(-0.3, 0.3),
            "quarrel": u(-0.6, 0.2),
            "slow": u(0.3, 2),
        }[kind]
        self.spread = u(0.15, 0.6)
        self.rates = {
            "hum": u(1, 9), "word": u(0, 6), "laugh": rng.choice([0.7, u(1, 6)]), "together": u(0, 1.6) * calm,
            "takeover": u(0, 3) * calm, "butt-in": u(0, 4.5) * calm, "pause-in": u(0, 2.5), "completion": u(0, 2),
        }  # fmt: skip
        self.loud = 10 ** (u(-3, 5) / 20)  # of coming in
        self.contested = u(0, 0.2)
        self.keep = u(0, 0.25)


class Table:
    """Plans `seconds` of talk from two supplies of phrases (and a third person's)."""

    def __init__(self, seconds: float, supply: Sequence[Sequence[Phrase]], spots: int, rng: np.random.Generator) -> None:
        self.seconds, self.supply, self.spots, self.rng = seconds, supply, spots, rng
        self.said: list[Said] = []
        self.habits = Habits(rng)
        self.spot = [0, 0, 0]

    def pick(self, who: int, least: float = 0.0) -> Phrase:
        """Any phrase, one of `least` seconds where a few tries find one."""
        p = self.supply[who][int(self.rng.integers(len(self.supply[who])))]
        for _ in range(4):
            if p.seconds >= least:
                break
            p = self.supply[who][int(self.rng.integers(len(self.supply[who])))]
        return p

    def say(self, who: int, at: float, phrase: Phrase, gain: float = 1.0) -> Said:
        s = Said(who, at, phrase, self.spot[who], gain * float(10 ** (self.rng.normal(0, 1) / 20)))
        self.said.append(s)
        return s

    def talk(self, who: int, at: float, length: float, gain: float = 1.0) -> list[Said]:
        """Phrases with pauses from `at` on, until `length` is full."""
        if who < 2:
            self.spot[who] = int(self.rng.integers(self.spots))
        out = [self.say(who, at, self.pick(who, 0.7), gain)]
        while out[-1].end - at < length and out[-1].end < self.seconds:
            pause = self.habits.pause * np.exp(0.5 * self.rng.standard_normal())
            if self.rng.random() < self.habits.think:
                pause = self.rng.uniform(1.2, 4)
            out.append(self.say(who, out[-1].end + float(pause), self.pick(who), gain))
        return out

    def burst(self, who: int, at: float, length: float) -> float:
        """Speech of about `length` seconds, broken off at its end. Returns where that is."""
        end = at
        while end - at < length - 0.25:
            p = self.pick(who)
            s = self.say(who, end, p.until(length - (end - at)) if p.seconds > length - (end - at) else p, self.habits.loud)
            end = s.end + float(self.rng.uniform(0.05, 0.25))
        return end

    def listen(self, turn: list[Said]) -> float | None:
        """What the other does during a turn. Returns when the turn was taken over, if it was."""
        rng, rates, me = self.rng, self.habits.rates, 1 - turn[0].who
        total = sum(rates.values()) + 1e-3
        t = turn[0].at + float(rng.uniform(0.2, 1))
        while (t := t + float(rng.exponential(60 / total))) < turn[-1].end - 0.2:
            now = [s for s in turn if s.at <= t < s.end]
            kind = str(rng.choice(list(rates), p=[r / sum(rates.values()) for r in rates.values()]))
            if kind in ("hum", "word", "laugh"):
                if rng.random() < 0.5 and now:
                    t = now[0].end + float(rng.uniform(-0.3, 0.25))
                made = {"hum": hum, "word": word, "laugh": laugh}[kind](self.pick(me), rng)
                t = self.say(me, t, made).end + 0.3
                if kind == "laugh" and rng.random() < 0.3:  # it is catching
                    self.say(1 - me, t - made.seconds * float(rng.uniform(0.2, 0.8)), laugh(self.pick(1 - me), rng))
            elif kind == "pause-in":
                rests = [s for s in turn[:-1] if s.at <= t] or turn[:1]
                t = self.burst(me, max(t, rests[-1].end + float(rng.uniform(0.15, 0.5))), float(rng.uniform(0.6, 3.5))) + 1
            elif not now:
                continue
            elif kind == "together":
                t = self.burst(me, t, float(rng.uniform(1.5, 5))) + 1
            elif kind == "completion":
                t = self.burst(me, max(t, now[0].end - float(rng.uniform(0.1, 0.6))), float(rng.uniform(0.5, 1.7))) + 0.5
            elif kind == "butt-in":
                end = self.burst(me, t, float(rng.uniform(0.7, 3.5)))
                if rng.random() < 0.6:
                    self.shift(turn, now[0], end + float(rng.uniform(0.1, 0.7)))
                t = end + 1
            else:  # taken over: the holder breaks off
                stop = t + float(rng.uniform(0.25, 1.6))
                for s in [s for s in turn if s.at >= min(stop, now[0].end)]:
                    self.said.remove(s)
                    turn.remove(s)
                if stop < now[0].end:
                    now[0].phrase = now[0].phrase.until(stop - now[0].at)
                return t
        return None

    @staticmethod
    def shift(turn: list[Said], after: Said, to: float) -> None:
        """What the holder says after this phrase waits until `to`."""
        later = [s for s in turn if s.at > after.at]
        if later and later[0].at < to:
            late = to - later[0].at
            for s in later:
                s.at += late

    def plan(self, third: bool) -> list[Said]:
        """All that is said, in no order."""
        rng, h = self.rng, self.habits
        who, t = int(rng.integers(2)), float(rng.uniform(0.3, 2))
        while t < self.seconds - 2:
            turn = self.talk(who, t, float(h.turn * np.exp(0.5 * rng.standard_normal())))
            taken = self.listen(turn)
            if taken is not None:
                who, t = 1 - who, taken
                continue
            gap = float(h.gap + h.spread * rng.standard_normal())
            if rng.random() < 0.04:
                gap += float(rng.uniform(2, 8))
            t = max(t + 0.5, max(s.end for s in turn) + max(-1.5, gap))
            if rng.random() < h.contested:  # both begin, one gives up
                self.say(who, t + float(rng.uniform(-0.2, 0.3)), self.pick(who, 0.6).until(float(rng.uniform(0.25, 1.0))))
            if rng.random() >= h.keep or h.exercise:
                who = 1 - who
        if third:
            t = float(rng.uniform(1, 8))
            rest = rng.choice([0.5, 4, 10])
            while t < self.seconds - 2:
                t = self.say(2, t, self.pick(2)).end + float(rng.exponential(rest))
        return [s for s in self.said if s.at >= 0 and s.end < self.seconds and s.phrase.speech]
