"""The parts of the pipeline that can go wrong without anyone noticing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scripts.train_model import kaldi, lexicon, mfcc, people, probe
from scripts.train_model.graphs import UNKNOWN, UNKNOWN_COST, WordGraph, intervals, numbered
from scripts.train_model.phones import N_CLASSES, N_PDFS, PHONES, SILENCE, first_pdf, pdf_pairs
from scripts.train_model.recognizers import Result

WORDS = {"stop": [["S", "T", "AA", "P"]], "a": [["AH"], ["EY"]], "star": [["S", "T", "AA", "R"]]}


@pytest.mark.parametrize("coefficient", [0, 1, 39])
def test_our_features_are_those_that_libvosk_computes(tmp_path: Path, coefficient: int) -> None:
    rng = np.random.default_rng(0)
    sound = rng.standard_normal(24_000) * 800 + 3000 * np.sin(np.arange(24_000) * 0.05)
    pcm = sound.astype(np.int16)
    features = mfcc.mfcc(pcm.astype(np.float32))
    mean = (features.mean(0) + rng.standard_normal(mfcc.N_CEPSTRA)).astype(np.float32)
    probe.write_probe(tmp_path, coefficient, mean)
    ours = mfcc.without_mean(features, mean)[:: mfcc.SUBSAMPLING, coefficient].sum()
    assert probe.summed_by_libvosk(tmp_path, pcm) == pytest.approx(ours, abs=2e-3)


def test_every_pdf_belongs_to_one_sound_in_one_place() -> None:
    pairs = {pair for own in pdf_pairs() for pair in own}
    assert sorted(pdf for pair in pairs for pdf in pair) == list(range(N_PDFS))


def test_silence_sounds_the_same_after_everything() -> None:
    assert {first_pdf(SILENCE, left) for left in range(N_CLASSES)} == {0}


def test_transition_ids_are_all_different() -> None:
    _, ids = kaldi.transition_model()
    flat = [number for pair in ids.values() for number in pair]
    assert sorted(flat) == list(range(1, len(flat) + 1))


def test_words_below_a_node_are_one_interval() -> None:
    labels = numbered(WORDS)
    assert labels == {"a": 1, "stop": 2, "star": 3, UNKNOWN: 4}
    assert intervals([labels["stop"], labels["star"]]) == [(2, 4)]


def test_intervals_hold_exactly_their_labels() -> None:
    found = intervals([7, 1, 2, 9, 8])
    assert found == [(1, 3), (7, 10)]


def test_a_row_of_sounds_leads_to_its_word_and_to_no_other() -> None:
    graph = WordGraph(WORDS)
    _, ids = kaldi.transition_model()
    entering = {pair[0]: key for key, pair in ids.items()}
    words = {label: word for word, label in graph.labels.items()}
    roots = {arc[3] for arcs in graph.arcs for arc in arcs if arc[0] == 0 and arc[2] > 0}
    hubs = {state for state, arcs in enumerate(graph.arcs) if not any(arc[0] == 0 and arc[3] in roots for arc in arcs)}

    def spelt(state: int, phones: list[str]) -> set[str]:
        """Words on paths of exactly these phones from a root."""
        if not phones:
            return {""}
        found = set()
        for arc_in, label, _, target in graph.arcs[state]:
            if arc_in in entering and PHONES[(entering[arc_in][0] - 2) // 4] == phones[0] and entering[arc_in][0] > 1:
                rest = spelt(target, phones[1:])
                found |= {words.get(label, "") + more for more in rest}
            elif arc_in == label == 0 and state in hubs:
                found |= spelt(target, phones)
        return found

    root = next(arc[3] for arc in graph.arcs[graph.start] if arc[0] == 0)
    assert "stop" in spelt(root, ["S", "T", "AA", "P"])
    assert "star" not in spelt(root, ["S", "T", "AA", "P"])
    assert UNKNOWN in spelt(root, ["S", "T", "AA", "P"])


def test_every_sound_of_an_unknown_word_costs_the_same() -> None:
    graph = WordGraph(WORDS)
    unknown = graph.labels[UNKNOWN]
    assert {arc[2] for arcs in graph.arcs for arc in arcs if arc[1] == unknown} == {UNKNOWN_COST}


def test_spoken_phrases_lose_their_signs_but_not_their_apostrophes() -> None:
    assert lexicon.words_of("Yeah, no — that’s IT!") == ["yeah", "no", "that's", "it"]


def test_a_word_nobody_can_pronounce_is_named_with_what_to_do() -> None:
    assert "add a line" in str(lexicon.UnknownWords({"xyzzy"})) and "xyzzy" in str(lexicon.UnknownWords({"xyzzy"}))


def test_content_phrases_leave_out_what_phrases_mean(tmp_path: Path) -> None:
    (tmp_path / "answers.yaml").write_text("idioms:\n  - check: partly\n    said: [Sort of., not quite]\n", encoding="utf8")
    assert lexicon.content_phrases(tmp_path) == ["sort of", "not quite"]


def test_numbers_in_transcripts_are_spelt() -> None:
    assert people.spelt_out("Mrs. Lynde had 42 hens.") == "missus lynde had forty two hens"


def test_the_rule_wants_one_whole_phrase_and_no_doubt_in_any_word() -> None:
    assert Result("stop", 0.71).accepted(["stop", "stop it"])
    assert not Result("stop", 0.69).accepted(["stop", "stop it"])
    assert not Result("stop stop", 0.99).accepted(["stop", "stop it"])
    assert not Result(UNKNOWN, 0.99).accepted(["stop", "stop it"])


@pytest.mark.skipif(not people.available(), reason="no recordings of people beside the checkout")
def test_nobody_who_is_kept_aside_is_trained_on() -> None:
    for folder in ("an4", "gsc"):
        trained = {clip.voice for clip in people.command_clips(folder, for_training=True)}
        aside = {clip.voice for clip in people.command_clips(folder, for_training=False)}
        assert trained and aside and not trained & aside


@pytest.mark.skipif(not people.available(), reason="no recordings of people beside the checkout")
def test_volunteers_under_the_gpl_are_never_trained_on() -> None:
    voices = {clip.voice for clip in people.read_speech(for_training=True)}
    assert voices and not any(voice.startswith("read/vf") for voice in voices)


def test_prompts_of_the_evening_hold_every_command() -> None:
    assert {"stop", "i'm done", "hold on a moment"} <= set(lexicon.own_phrases())
