"""What the conversation looks like at this block: all the exercise engine knows about sound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from companion.hearing.heard import Word
from companion.partner import Partner
from companion.timeline import Sample


@dataclass(frozen=True, slots=True)
class Voiced:
    """A stretch of one partner's voice that has just ended: its mean level in dBFS, and its median pitch in log2 Hz, if any."""

    by: Partner
    start: Sample
    end: Sample
    level_db: float
    pitch: float | None = None

    @property
    def length(self) -> int:
        """Samples."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Moment:
    """One block of the loop, as the exercises see it.

    `now`: end of the block. `quiet_for`: samples since a person was last heard, with no look-ahead (0: somebody speaks in this
    very block); the companion's own voice and its echo do not count. `speaking`: the partners who speak now, as far as labels
    are known (they may lag `quiet_for` by hearing's look-ahead). `own_voice`: the companion is sounding. `snr_db`: signal to
    noise. `patience`: how far a partner's own long pauses stretch the pause limits (1 where not learnt). `voiced`: stretches of
    the partners' voices that ended in this block. `words`: what the holder said, in steps that listen for words and in no other.
    """

    now: Sample
    quiet_for: int = 0
    speaking: frozenset[Partner] = frozenset()
    own_voice: bool = False
    snr_db: float = 30.0
    patience: Mapping[Partner, float] = field(default_factory=dict)
    voiced: tuple[Voiced, ...] = ()
    words: tuple[Word, ...] = field(default=(), repr=False)

    def patience_of(self, who: Partner | None) -> float:
        """How far this partner's pause limits are stretched; 1 for nobody."""
        return 1.0 if who is None else self.patience.get(who, 1.0)

    @property
    def silent(self) -> bool:
        """Whether nobody spoke in this very block."""
        return self.quiet_for > 0 and not self.speaking
