"""Which words of a turn were plainly affirmed: not denied, doubted, asked, wished for, taken back, nor somebody else's.

Nothing is understood here: lists of words (content's `blocked`) block what stands near them, widely. A clause reaches from one
pause of 0.35 s to the next, or to a conjunction with a subject; what a hesitation cuts in two stays together. When in doubt, a
word is blocked. The reaches are choices of ours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from companion.exercises.turn_words import TurnWord

PAUSE = 0.35
"""Seconds of silence that end a clause."""
RIGHT, LEFT = 6, 3
"""Words that a blocker reaches beyond its clause, while nobody pauses."""
CLAUSE = 12
"""Words of its own clause, at most, to either side: a recogniser may show no pause for a minute."""
LEAST = 3
"""Words of a clause before a conjunction, at least: in "the kitchen and I are not friends" the conjunction begins none."""
FAR = 30
"""Words after which what somebody else said, or what was only imagined, is taken to be over without a pause."""
BACK = 15
"""Words before it, at most, that something said in jest or taken back reaches; after jest also as many that follow."""
NEXT = 12
"""A stretch after what somebody said, up to this long, is still theirs unless it begins with I or we."""
SHORT = 5
"""A stretch of so few words with a negation in it ("it wasn't") takes back the one before."""
BREATHLESS = 25
"""Words without a pause after which a clause may also begin at a bare "I", "we" or "there": nobody talks on
without a breath, so the times do not show the pauses."""
BREATHLESS_CLAUSE = 8
"""`CLAUSE` there."""
MORE = 2
"""Words that may follow what takes something back ("not really, honestly"); more are a sentence of its own."""
BRIEF, BRIEF_STRETCHES = 45, 3
"""A turn of so few words, in so few stretches, is about one thing: what is denied, doubted or imagined in it colours all.
Measured on our own turns (`tests/exercises/flips.tsv`): it keeps back a fifth of what was wrongly given, nothing else."""
DOUBTED = 0.5
"""Confidence below which a word may have been another, a negation for one: what follows it is blocked."""

TOPIC = 20
"""Words to either side that what is private reaches, in its own stretch and the two beside it: who tells of a debt at the kitchen
table does not want the kitchen back."""

LOCAL = ("negation", "aversion", "swearing", "hedge", "question", "past_contrast", "blame")
DENYING = ("negation", "aversion", "swearing", "blame")
WIDE = ("attribution", "hypothetical", "wide_negation")
CLOUDING = (*LOCAL, "hypothetical", "wide_negation", "irony", "scene", "topic")
PRIVATE = "private_"
"""How the names of lists of private words begin."""


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    word: int  # of which word of the turn
    stretch: int  # speech between two pauses
    clause: int
    bare: bool = False  # here begins a clause without a conjunction
    breathless: bool = False


@dataclass(frozen=True, slots=True)
class _Match:
    kind: str
    start: int
    end: int  # after the last


_Wanted = Callable[[_Token], bool]


class Affirmed:
    """Judges turns by the lists of one language."""

    def __init__(self, blocked: Mapping[str, Sequence[str]]) -> None:
        """`blocked`: lists by name, as `content/<language>/blocked.yaml` holds them."""
        self._lists = {name: frozenset(each) for name, each in blocked.items()}
        self._phrases: dict[tuple[str, ...], set[str]] = {}
        for kind in (*LOCAL, *WIDE, "irony", "simile", "scene", "back", "harmless"):
            for phrase in blocked.get(kind, ()):
                self._phrases.setdefault(_parts(phrase), set()).add(kind)
        topics = {phrase for name, each in blocked.items() if name.startswith(PRIVATE) for phrase in each}
        for phrase in topics - self._list("passing"):
            self._phrases.setdefault(_parts(phrase), set()).add("topic")
        for stem in blocked.get("negative_stems", ()):
            for made in ((f"{stem}n't",), (f"{stem}nt",), (f"{stem}n", "t"), (stem, "n't"), (f"{stem}n", "'t")):
                self._phrases.setdefault(made, set()).add("negation")
        self._people = self._list("kin") | self._list("names")
        self._longest = max((len(phrase) for phrase in self._phrases), default=1)

    def unfit(self, words: Sequence[TurnWord]) -> frozenset[int]:
        """The indexes of the words that were not plainly affirmed."""
        tokens = list(self._tokens(words))
        marked: set[int] = set()
        matches = list(self._matches(tokens))
        brief = len(tokens) <= BRIEF and tokens and tokens[-1].stretch < BRIEF_STRETCHES
        if brief and any(match.kind in CLOUDING for match in matches):
            return frozenset(range(len(words)))
        for match in matches:
            marked.update(self._reach(match, tokens))
        for stretch in _stretches(tokens):
            marked.update(self._from_start(stretch, tokens, matches))
        for place, token in enumerate(tokens):
            marked.update(self._around(place, token, tokens, words))
        for stretch in _stretches(tokens):
            if stretch.start - 1 in marked and len(stretch) <= SHORT and tokens[stretch.start].text in self._list("afterthought"):
                marked.update(stretch)
        return frozenset(tokens[place].word for place in marked)

    # --- taking it apart

    def _tokens(self, words: Sequence[TurnWord]) -> Iterator[_Token]:
        flat = [(part, index) for index, word in enumerate(words) for part in (word.plain or ("",))]
        stretches = list(self._stretched(flat, words))
        long = {stretch for stretch, count in Counter(stretches).items() if count > BREATHLESS}
        clause = began = 0
        for place, (text, index) in enumerate(flat):
            stretch = stretches[place]
            bare = False
            if place and (stretch != stretches[place - 1] or (place - began >= LEAST and self._opens_clause(flat, place))):
                clause, began = clause + 1, place
            elif place and stretch in long and self._begins_bare(flat, place):
                clause, began, bare = clause + 1, place, True
            yield _Token(text, index, stretch, clause, bare, stretch in long)

    def _stretched(self, flat: Sequence[tuple[str, int]], words: Sequence[TurnWord]) -> Iterator[int]:
        stretch = 0
        for place, (_, index) in enumerate(flat):
            before = flat[place - 1][1] if place else index
            stretch += index != before and self._breaks(words[before], words[index])
            yield stretch

    def _begins_bare(self, flat: Sequence[tuple[str, int]], place: int) -> bool:
        before = flat[place - 1][0]
        held = before in self._list("open_ends") or any(before in self._list(kind) for kind in (*LOCAL, *WIDE, "question_start"))
        return flat[place][0] in self._list("bare_subjects") and not held

    @staticmethod
    def _breaks(before: TurnWord, after: TurnWord) -> bool:
        paused = before.timed and after.timed and after.start - before.end >= PAUSE
        return paused or before.ends_sentence

    def _opens_clause(self, flat: Sequence[tuple[str, int]], place: int) -> bool:
        openers, subjects = self._list("clause_openers"), self._list("subjects")
        follows = flat[place + 1][0] if place + 1 < len(flat) else ""
        return flat[place][0] in openers and follows in subjects

    def _matches(self, tokens: Sequence[_Token]) -> Iterator[_Match]:
        found = list(self._listed([token.text for token in tokens]))
        harmless = {place for match in found if match.kind == "harmless" for place in range(match.start, match.end)}
        for match in found:
            if match.kind not in ("back", "harmless") and not harmless.issuperset(range(match.start, match.end)):
                yield match

    def _listed(self, texts: Sequence[str]) -> Iterator[_Match]:
        """Every phrase of a list; "harmless" ones hold words that block elsewhere and say nothing of the kind there: "in may"."""
        for start in range(len(texts)):
            for end in range(start + 1, min(len(texts), start + self._longest) + 1):
                for kind in self._phrases.get(tuple(texts[start:end]), ()):
                    yield _Match(kind, start, end)
            if self._denies(texts[start]):
                yield _Match("negation", start, start + 1)

    def _denies(self, text: str) -> bool:
        """`unhappy`, and contractions with not that no list names."""
        if text.endswith("n't"):
            return True
        prefixed = any(text.startswith(prefix) and len(text) > len(prefix) + 3 for prefix in self._list("negative_prefixes"))
        return prefixed and not any(text.startswith(fine) for fine in self._list("not_negative"))

    # --- how far each reaches

    def _reach(self, match: _Match, tokens: Sequence[_Token]) -> Iterator[int]:
        first, last = tokens[match.start], tokens[match.end - 1]
        if match.kind == "irony":
            yield from self._jest(match, tokens)
        elif match.kind == "topic":
            yield from self._nearby(match, tokens)
        elif match.kind == "scene":
            yield from self._scene(match, tokens)
        elif match.kind == "simile":
            yield from self._rightward(match.end, RIGHT, tokens)
        elif match.kind in WIDE:
            yield from self._same(tokens, match.start, lambda token: token.clause == first.clause)
            yield from self._rightward(match.end, FAR, tokens)
            yield from self._still_theirs(match, tokens)
        else:
            clauses = {first.clause, last.clause}
            if match.kind in DENYING and self._points_back(match, tokens):
                clauses.add(first.clause - 1)
            far = " ".join(token.text for token in tokens[match.start : match.end]) in self._list("far_negation")
            yield from self._same(tokens, match.start, lambda token: token.clause in clauses and token.stretch == first.stretch)
            yield from (p for p in range(max(0, match.start - LEFT), match.start) if tokens[p].stretch == first.stretch)
            yield from self._rightward(match.end, CLAUSE if far else RIGHT, tokens)
            yield from self._head(match, tokens)

    @staticmethod
    def _head(match: _Match, tokens: Sequence[_Token]) -> Iterator[int]:
        """What stands before a clause without a conjunction may be what it is about: "the garden I have really never liked"."""
        start = match.start
        while start > 0 and tokens[start - 1].clause == tokens[match.start].clause:
            start -= 1
        if tokens[start].bare:
            yield from range(max(0, start - LEFT), start)

    def _points_back(self, match: _Match, tokens: Sequence[_Token]) -> bool:
        """Whether "it" or the like in its clause means what was named before."""
        clause = tokens[match.start].clause
        near = tokens[max(0, match.start - LEFT) : match.end + LEFT]
        return any(token.clause == clause and token.text in self._list("anaphora") for token in near)

    def _rightward(self, end: int, most: int, tokens: Sequence[_Token]) -> Iterator[int]:
        """From `end` on to the end of the stretch, and over a hesitation that leaves a phrase unfinished."""
        crossed = most
        for place in range(end, min(len(tokens), end + most)):
            if tokens[place].stretch != tokens[place - 1].stretch:
                if place > end and tokens[place - 1].text not in self._list("open_ends"):
                    return
                if place == end and not self._hesitates(place, tokens):
                    return
                crossed = min(crossed, place - end + RIGHT)
            if place - end >= crossed:
                return
            yield place

    def _hesitates(self, place: int, tokens: Sequence[_Token]) -> bool:
        """A blocker is the last word before a pause: what follows is still meant, unless a new sentence begins with I or we."""
        return tokens[place].text not in self._list("first_person")

    def _still_theirs(self, match: _Match, tokens: Sequence[_Token]) -> Iterator[int]:
        """What somebody else said goes on after a pause."""
        if match.kind != "attribution" or (match.start and tokens[match.start - 1].text in self._list("first_person")):
            return
        stretch = tokens[match.start].stretch + 1
        following = [place for place in range(match.end, min(len(tokens), match.end + FAR)) if tokens[place].stretch == stretch]
        opening = [tokens[place].text for place in following if tokens[place].text not in self._list("fillers")][:1]
        if following and len(following) <= NEXT and opening and opening[0] not in self._list("first_person"):
            yield from following

    def _jest(self, match: _Match, tokens: Sequence[_Token]) -> Iterator[int]:
        stretch = tokens[match.start].stretch
        for place in range(max(0, match.start - BACK), min(len(tokens), match.end + BACK)):
            if stretch - 2 <= tokens[place].stretch <= stretch + 1:
                yield place

    @staticmethod
    def _nearby(match: _Match, tokens: Sequence[_Token]) -> Iterator[int]:
        """What is private: its stretch, and those before and after it."""
        stretch = tokens[match.start].stretch
        for place in range(max(0, match.start - TOPIC), min(len(tokens), match.end + TOPIC)):
            if abs(tokens[place].stretch - stretch) <= 1:
                yield place

    @staticmethod
    def _scene(match: _Match, tokens: Sequence[_Token]) -> Iterator[int]:
        """What is told after a pause that follows "imagine" or "picture this": the next two stretches."""
        stretch = tokens[match.end - 1].stretch
        if match.end < len(tokens) and tokens[match.end].stretch > stretch:
            for place in range(match.end, min(len(tokens), match.end + FAR)):
                if tokens[place].stretch <= stretch + 2:
                    yield place

    @staticmethod
    def _same(tokens: Sequence[_Token], place: int, wanted: _Wanted) -> Iterator[int]:
        most = BREATHLESS_CLAUSE if tokens[place].breathless else CLAUSE
        for step in (-1, 1):
            at = place if step > 0 else place - 1
            while 0 <= at < len(tokens) and abs(at - place) <= most and wanted(tokens[at]):
                yield at
                at += step

    # --- what counts at the beginning of a stretch only

    def _from_start(self, stretch: range, tokens: Sequence[_Token], matches: Sequence[_Match]) -> Iterator[int]:
        start = self._opening(stretch, tokens)
        if tokens[start].text in self._list("question_start"):
            yield from self._reach(_Match("question", start, start + 1), tokens)
        if tokens[start].text in self._list("flat_start"):
            yield from stretch
        if self._takes_back(stretch, start, tokens, matches):
            yield from stretch
            yield from range(max(0, stretch.start - BACK), stretch.start)

    def _opening(self, stretch: range, tokens: Sequence[_Token]) -> int:
        """Where it begins, fillers passed over."""
        fillers = self._list("fillers")
        return next((place for place in stretch if tokens[place].text not in fillers), stretch.stop - 1)

    def _takes_back(self, stretch: range, start: int, tokens: Sequence[_Token], matches: Sequence[_Match]) -> bool:
        for place in {stretch.start, start}:
            for length in range(1, self._longest + 1):
                phrase = tuple(token.text for token in tokens[place : min(place + length, stretch.stop)])
                if "back" in self._phrases.get(phrase, ()) and stretch.stop - place <= len(phrase) + MORE * (len(phrase) > 1):
                    return True
        if len(stretch) > SHORT or tokens[start].text not in self._list("anaphora"):
            return False
        return any(match.kind == "negation" and match.start in stretch for match in matches)

    # --- single words

    def _around(self, place: int, token: _Token, tokens: Sequence[_Token], words: Sequence[TurnWord]) -> Iterator[int]:
        text, word = token.text, words[token.word]
        owner = text in self._list("owner") or (text.endswith("'s") and text not in self._list("possessive_but"))
        if not text or word.confidence < DOUBTED:
            yield from range(max(0, place - LEFT), min(len(tokens), place + 1 + LEFT))
            yield from self._same(tokens, place, lambda other: other.clause == token.clause) if not text else ()
        if owner or text in self._list("kin"):
            yield place
            yield from self._rightward(place + 1, LEFT if owner else 0, tokens)
        if text in self._list("person") or self._somebody_else(place, tokens):
            yield from (at for at in self._same(tokens, place, lambda other: other.clause == token.clause) if at >= place - LEFT)

    def _somebody_else(self, place: int, tokens: Sequence[_Token]) -> bool:
        """Whether a relation or a name is what its clause is about: "my mother chose the colour"."""
        if tokens[place].text not in self._people:
            return False
        for before in range(place - 1, -1, -1):
            text = tokens[before].text
            if tokens[before].clause != tokens[place].clause or text in self._list("clause_openers"):
                return True
            if text not in self._people and text not in self._list("before_subject") and text not in self._list("fillers"):
                return False
        return True

    def _list(self, name: str) -> frozenset[str]:
        return self._lists.get(name, frozenset())


def _parts(phrase: str) -> tuple[str, ...]:
    """A phrase of a list as a turn holds it: "x-ray" is two words."""
    return tuple(phrase.replace("-", " ").split())


def _stretches(tokens: Sequence[_Token]) -> Iterator[range]:
    start = 0
    for place in range(1, len(tokens) + 1):
        if place == len(tokens) or tokens[place].stretch != tokens[start].stretch:
            if place > start:
                yield range(start, place)
            start = place
