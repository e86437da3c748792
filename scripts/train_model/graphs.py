"""Step `graphs`: the word graphs of the model, from vocabulary and dictionary, in seconds.

`HCLr.fst` turns frames into words: one root per class of the sound before, below it a trie of phones, every phone with
a loop; at the end of a word the way back to a root, with or without silence. The word's label is on the arc of its last
phone. `[unk]` is any row of two or more phones, each at the same cost. `Gr.fst` is a plain loop over all words, used only
where no grammar is given. Words are numbered in the order of the trie, so that the words below a node are one interval.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from . import kaldi, lexicon, manifest, openfst, places
from .lexicon import Lexicon
from .phones import CLASS_OF, N_CLASSES, PHONES, SILENCE, first_pdf, positioned, word_boundary_lines

UNKNOWN = "[unk]"
UNKNOWN_COST = 3.0
"""Cost of each phone inside `[unk]`: the operating point between accepting and rejecting. Below it talk is absorbed, and
faint commands with it; below 2 lattices grow without bound. A bigram of English in place of one cost gave the same figures
with half again as many arcs, and a cost of later words more false accepts. Chosen with `evaluate.py tune`, on clips that are
not reported."""
SILENCE_COST = -math.log(0.5)
WORD_COST, END_COST = 8.0, 1.0
"""Costs in `Gr.fst`: every word as likely as any other."""


@dataclass
class Node:
    """A node of the pronunciation trie: what may follow, and which words end with which phone."""

    inner: dict[str, Node] = field(default_factory=dict)
    ending: dict[str, list[int]] = field(default_factory=dict)

    def words(self) -> set[int]:
        found = {label for labels in self.ending.values() for label in labels}
        return found.union(*(node.words() for node in self.inner.values()))


def numbered(words: Lexicon) -> dict[str, int]:
    """Words to labels from 1, in depth-first order of the trie of their first pronunciations; `[unk]` last."""
    order = sorted(words, key=lambda word: (words[word][0], word))
    return {word: label for label, word in enumerate([*order, UNKNOWN], 1)}


def intervals(labels: Iterable[int]) -> list[tuple[int, int]]:
    """Sorted half-open ranges that cover exactly the labels."""
    found: list[tuple[int, int]] = []
    for label in sorted(labels):
        if found and found[-1][1] == label:
            found[-1] = (found[-1][0], label + 1)
        else:
            found.append((label, label + 1))
    return found


class WordGraph:
    """`HCLr.fst` while it is built."""

    def __init__(self, words: Lexicon, phone_cost: float = UNKNOWN_COST, silence_cost: float = SILENCE_COST) -> None:
        self._silence_cost = silence_cost
        self.labels = numbered(words)
        self.arcs: list[list[openfst.Arc]] = []
        self.reach: list[openfst.Intervals] = []
        self.finals: dict[int, float] = {}
        _, self._ids = kaldi.transition_model()
        self._everything = [(1, len(self.labels) + 2)]
        self._ends: dict[tuple[str, str, int], int] = {}
        self._enter_silence, self._stay_silent = self._ids[positioned(SILENCE, "S"), 0]

        self.start = self._state(self._everything)
        self._silence = self._state(self._everything)
        self._roots = [self._state([(1, len(self.labels) + 1)]) for _ in range(N_CLASSES)]
        self.finals |= {self.start: 0.0, self._silence: 0.0}
        self._leave(self.start, 0)
        self.arcs[self._silence] += [(self._stay_silent, 0, 0.0, self._silence), (0, 0, 0.0, self._roots[0])]
        self._add_words(words)
        self._add_unknown(phone_cost)
        for own in self.arcs:
            own.sort(key=lambda arc: (arc[1], arc[0], arc[3]))

    def _state(self, reach: openfst.Intervals) -> int:
        self.arcs.append([])
        self.reach.append(reach)
        return len(self.arcs) - 1

    def _leave(self, state: int, left_class: int) -> None:
        """From the end of a word on, with or without silence."""
        self.arcs[state] += [
            (0, 0, SILENCE_COST, self._roots[left_class]),
            (self._enter_silence, 0, self._silence_cost, self._silence),
        ]

    def _enter(self, phone: str, position: str, left_class: int) -> int:
        return self._ids[positioned(phone, position), first_pdf(phone, left_class)][0]

    def _inside(self, reach: openfst.Intervals, phone: str, position: str, left_class: int) -> int:
        """A new state that stays in a phone."""
        state = self._state(reach)
        loop = self._ids[positioned(phone, position), first_pdf(phone, left_class)][1]
        self.arcs[state].append((loop, 0, 0.0, state))
        return state

    def _end(self, phone: str, position: str, left_class: int) -> int:
        """The state after the last phone of any word that ends so."""
        key = (phone, position, left_class)
        if key not in self._ends:
            state = self._ends[key] = self._inside(self._everything, phone, position, left_class)
            self.finals[state] = 0.0
            self._leave(state, CLASS_OF[phone])
        return self._ends[key]

    def _add_words(self, words: Lexicon) -> None:
        trie: dict[str, Node] = {}
        for word in sorted(words, key=self.labels.__getitem__):
            for phones in words[word]:
                if len(phones) == 1:
                    self._add_single(phones[0], self.labels[word])
                    continue
                node = trie.setdefault(phones[0], Node())
                for phone in phones[1:-1]:
                    node = node.inner.setdefault(phone, Node())
                node.ending.setdefault(phones[-1], []).append(self.labels[word])
        for phone, node in trie.items():
            below = self._below(node, phone)
            for left_class, root in enumerate(self._roots):
                state = self._inside(intervals(node.words()), phone, "B", left_class)
                self.arcs[root].append((self._enter(phone, "B", left_class), 0, 0.0, state))
                self._go_on(state, node, phone, below)

    def _add_single(self, phone: str, label: int) -> None:
        for left_class, root in enumerate(self._roots):
            end = self._end(phone, "S", left_class)
            self.arcs[root].append((self._enter(phone, "S", left_class), label, 0.0, end))

    def _below(self, node: Node, phone: str) -> dict[str, int]:
        """States for the phones inside words below a node; they know `phone` only by its class."""
        made = {}
        for following, inner in node.inner.items():
            further = self._below(inner, following)
            state = made[following] = self._inside(intervals(inner.words()), following, "I", CLASS_OF[phone])
            self._go_on(state, inner, following, further)
        return made

    def _go_on(self, state: int, node: Node, phone: str, below: dict[str, int]) -> None:
        left = CLASS_OF[phone]
        for following in node.inner:
            self.arcs[state].append((self._enter(following, "I", left), 0, 0.0, below[following]))
        for last, labels in node.ending.items():
            end = self._end(last, "E", left)
            self.arcs[state] += [(self._enter(last, "E", left), label, 0.0, end) for label in labels]

    def _add_unknown(self, phone_cost: float) -> None:
        """A loop over all phones: after each the way leads to a hub of its class, from where any phone follows."""
        hubs = [self._state(self._everything) for _ in range(N_CLASSES)]
        inside: dict[tuple[str, int], int] = {}

        def staying(phone: str, position: str, left_class: int) -> int:
            state = self._inside(self._everything, phone, position, left_class)
            self.arcs[state].append((0, 0, 0.0, hubs[CLASS_OF[phone]]))
            return state

        for left_class, root in enumerate(self._roots):
            for phone in PHONES:
                target = staying(phone, "B", left_class)
                self.arcs[root].append((self._enter(phone, "B", left_class), self.labels[UNKNOWN], phone_cost, target))
        for left_class, hub in enumerate(hubs):
            for phone in PHONES:
                inside[phone, left_class] = staying(phone, "I", left_class)
                self.arcs[hub] += [
                    (self._enter(phone, "I", left_class), 0, phone_cost, inside[phone, left_class]),
                    (self._enter(phone, "E", left_class), 0, phone_cost, self._end(phone, "E", left_class)),
                ]

    def as_bytes(self) -> bytes:
        """The file `HCLr.fst`."""
        return openfst.output_lookahead(self.arcs, self.finals, self.start, self.reach, final_label=len(self.labels) + 1)


def write_graphs(folder: Path, words: Lexicon, phone_cost: float = UNKNOWN_COST) -> None:
    """Write `graph/` of a model folder."""
    (folder / "graph" / "phones").mkdir(parents=True, exist_ok=True)
    graph = WordGraph(words, phone_cost)
    out = folder / "graph"
    (out / "HCLr.fst").write_bytes(graph.as_bytes())
    loop = [[(label, label, WORD_COST, 0) for word, label in graph.labels.items() if word != UNKNOWN]]
    (out / "Gr.fst").write_bytes(openfst.acceptor(loop, {0: END_COST}, 0))
    lines = ["<eps> 0", *(f"{word} {label}" for word, label in graph.labels.items())]
    (out / "words.txt").write_text("\n".join(lines) + "\n", encoding="utf8")
    (out / "phones" / "word_boundary.int").write_text("\n".join(word_boundary_lines()) + "\n", encoding="utf8")
    (out / "disambig_tid.int").write_text("", encoding="utf8")  # the graph has no disambiguation symbols
    print(f"{len(graph.labels)} words, {len(graph.arcs)} states, {sum(map(len, graph.arcs))} arcs")


def model_words(folder: Path = places.MODEL) -> set[str]:
    """The words that a model folder knows, without its special ones."""
    lines = (folder / "graph" / "words.txt").read_text(encoding="utf8").splitlines()
    return {word for word in (line.split()[0] for line in lines) if word not in ("<eps>", UNKNOWN)}


def run(folder: Path = places.MODEL) -> None:
    """Rebuild the graphs of the shipped model: its own words, and all that texts and content need now."""
    write_graphs(folder, lexicon.spelt(model_words(folder) | lexicon.needed_words()))
    if folder == places.MODEL:
        manifest.run()
