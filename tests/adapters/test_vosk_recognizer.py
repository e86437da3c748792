"""Vosk behind our port: right times, clear refusals, nothing that crashes the process, the same answer every time."""

from __future__ import annotations

import resource
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from companion.adapters import vosk_recognizer
from companion.adapters.voice_cache import VoiceCache
from companion.adapters.voice_settings import VoiceSettings
from companion.adapters.vosk_recognizer import VoskRecognizer
from companion.hearing.heard import Word
from companion.timeline import PLAYBACK_RATE, RATE, samples
from companion.trouble import Trouble

MODELS = Path(__file__).resolve().parents[2] / "models"
SHIPPED = MODELS / "embedded-en"
PHRASES = ("stop", "hold on a moment", "i'm done", "say that again")

Sound = NDArray[np.float32]


@pytest.fixture(scope="module")
def recognizer() -> VoskRecognizer:
    return VoskRecognizer(SHIPPED)


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Sound]:
    import soxr

    from companion.adapters.espeak_voice import EspeakVoice

    voice = EspeakVoice(VoiceSettings("en-us"), VoiceCache(tmp_path_factory.mktemp("voice")))
    spoken = zip(PHRASES, voice.render_all([f"{phrase}." for phrase in PHRASES], 1), strict=True)
    return {phrase: np.asarray(soxr.resample(sound, PLAYBACK_RATE, RATE, "HQ"), np.float32) for phrase, sound in spoken}


def quiet(n: int, seed: int = 0) -> Sound:
    return (np.random.default_rng(seed).standard_normal(n) * 2e-4).astype(np.float32)


def utterance(sound: Sound, before: float = 0.4, after: float = 0.5) -> Sound:
    return np.concatenate([quiet(samples(before)), sound, quiet(samples(after))])


def hear(recognizer: VoskRecognizer, at: int, sound: Sound, cut: int = 512) -> tuple[Word, ...]:
    recognizer.begin(at)
    for k in range(0, len(sound), cut):
        recognizer.feed(sound[k : k + cut])
    return recognizer.end()


def test_each_phrase_is_heard_whole(recognizer: VoskRecognizer, said: dict[str, Sound]) -> None:
    recognizer.listen_for(PHRASES)
    for phrase, sound in said.items():
        assert " ".join(word.text for word in hear(recognizer, 0, utterance(sound))) == phrase


ONE = st.tuples(st.sampled_from(PHRASES), st.integers(0, 10**9), st.floats(0.3, 2.0), st.sampled_from([160, 512, 4000]))


@settings(max_examples=12, deadline=None)
@given(st.lists(ONE, min_size=2, max_size=6))
def test_words_lie_where_they_were_said_however_many_came_before(
    recognizer: VoskRecognizer, said: dict[str, Sound], utterances: list[tuple[str, int, float, int]]
) -> None:
    recognizer.listen_for(PHRASES)
    for phrase, at, before, cut in utterances:
        found = hear(recognizer, at, utterance(said[phrase], before), cut)
        begins, ends = at + samples(before), at + samples(before) + len(said[phrase])
        assert " ".join(word.text for word in found) == phrase
        assert abs(found[0].start - begins) < samples(0.2)
        assert abs(found[-1].end - ends) < samples(0.2)
        assert all(word.start < word.end for word in found)


def test_times_stay_right_when_a_recogniser_is_made_anew(
    recognizer: VoskRecognizer, said: dict[str, Sound], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vosk_recognizer, "FRESH_AFTER", samples(3.0))
    recognizer.listen_for(PHRASES)
    for k in range(8):
        found = hear(recognizer, samples(100.0 * k), utterance(said["stop"]))
        assert abs(found[0].start - samples(100.0 * k + 0.4)) < samples(0.2)


def test_the_same_sound_gives_the_same_words(said: dict[str, Sound]) -> None:
    def evening() -> list[tuple[Word, ...]]:
        fresh = VoskRecognizer(SHIPPED)
        fresh.listen_for(PHRASES, ("top", "shop"))
        return [hear(fresh, k, utterance(sound)) for k, sound in enumerate(said.values())]

    assert evening() == evening()


def test_the_cut_of_the_sound_does_not_matter(recognizer: VoskRecognizer, said: dict[str, Sound]) -> None:
    recognizer.listen_for(PHRASES)
    whole = hear(recognizer, 0, utterance(said["hold on a moment"]), 10**6)
    assert [w.text for w in hear(recognizer, 0, utterance(said["hold on a moment"]), 512)] == [w.text for w in whole]


def test_every_twenty_seconds_a_result_is_forced_and_words_stay_where_they_were_said(
    recognizer: VoskRecognizer, said: dict[str, Sound]
) -> None:
    recognizer.listen_for(PHRASES)
    late = np.concatenate([utterance(said["stop"], 1.0, 22.0), utterance(said["i'm done"], 1.0, 1.0)])
    found = hear(recognizer, 7, late)
    assert " ".join(word.text for word in found) == "stop i'm done"
    second = len(late) - len(utterance(said["i'm done"], 1.0, 1.0)) + samples(1.0)
    assert abs(found[0].start - samples(1.0)) < samples(0.2)
    assert abs(found[1].start - second) < samples(0.2)
    assert [w.text for w in hear(recognizer, 7, utterance(said["stop"]))] == ["stop"]


def test_an_utterance_that_never_ends_takes_no_more_memory_and_keeps_its_times(
    recognizer: VoskRecognizer, said: dict[str, Sound], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vosk_recognizer, "FRESH_AFTER", samples(30.0))
    monkeypatch.setattr(vosk_recognizer, "MOST_WORDS", 10)
    endless = VoskRecognizer(SHIPPED)
    endless.listen_for(PHRASES)
    once = utterance(said["stop"], 1.0, 1.0)
    found = hear(endless, 0, np.tile(once, 60))
    assert [word.text for word in found] == ["stop"] * 10
    assert all(abs((word.start - samples(1.0)) % len(once)) < samples(0.2) for word in found)
    assert found[-1].start > 58 * len(once)


def test_a_new_grammar_in_the_middle_drops_what_was_begun(recognizer: VoskRecognizer, said: dict[str, Sound]) -> None:
    recognizer.listen_for(("stop",))
    recognizer.begin(0)
    recognizer.feed(utterance(said["stop"]))
    recognizer.listen_for(("i'm done",))
    assert recognizer.end() == ()
    recognizer.listen_for(("stop",))
    found = hear(recognizer, samples(50.0), utterance(said["stop"]))
    assert abs(found[0].start - samples(50.4)) < samples(0.2)


def test_without_phrases_it_listens_for_nothing(recognizer: VoskRecognizer, said: dict[str, Sound]) -> None:
    recognizer.listen_for(())
    assert hear(recognizer, 0, utterance(said["stop"])) == ()


@pytest.mark.parametrize("phrase", ["pamplemousse", "stop pamplemousse", "STOP", "", "  "])
def test_a_phrase_it_cannot_hear_is_refused_in_one_sentence(recognizer: VoskRecognizer, phrase: str) -> None:
    with pytest.raises(Trouble, match=r"^The speech model cannot hear .*choose other words\.$"):
        recognizer.listen_for(("stop", phrase))


def test_decoys_it_cannot_hear_are_left_out(recognizer: VoskRecognizer, said: dict[str, Sound]) -> None:
    recognizer.listen_for(("stop",), ("pamplemousse", "", "shop"))
    assert [w.text for w in hear(recognizer, 0, utterance(said["stop"]))] == ["stop"]


def test_strange_sound_is_no_words_and_no_crash(recognizer: VoskRecognizer) -> None:
    recognizer.listen_for(PHRASES)
    for level, length in ((0.0, 0), (0.0, 10), (0.0, 16_000), (np.nan, 16_000), (1e9, 16_000), (np.inf, 16_000)):
        sound = np.full(length, level, np.float32)
        assert all(word.text for word in hear(recognizer, 0, sound))


def test_memory_stays_flat_over_many_utterances(said: dict[str, Sound], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vosk_recognizer, "FRESH_AFTER", samples(20.0))
    recognizer = VoskRecognizer(SHIPPED)
    marks = []
    for k in range(60):
        recognizer.listen_for((*PHRASES, "yes", "no")[: 3 + k % 4])
        hear(recognizer, k, utterance(list(said.values())[k % len(said)]))
        if k in (29, 59):
            marks.append(int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize())
    assert marks[1] - marks[0] < 12_000_000


# --- a damaged model folder is one sentence


def truncated(name: str, keep: float) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        raw = (folder / name).read_bytes()
        (folder / name).write_bytes(raw[: int(len(raw) * keep)])

    return damage


def gone(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def written(name: str, text: bytes) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        (folder / name).write_bytes(text)

    return damage


def one_byte_off(folder: Path) -> None:
    raw = bytearray((folder / "graph/HCLr.fst").read_bytes())
    raw[len(raw) // 3] ^= 0xFF
    (folder / "graph/HCLr.fst").write_bytes(bytes(raw))


def fewer_words(folder: Path) -> None:
    table = folder / "graph/words.txt"
    lines = table.read_text(encoding="utf-8").splitlines()
    table.write_text("\n".join(lines[: len(lines) // 2]) + "\n", encoding="utf-8")


DAMAGES = {
    "graph cut": truncated("graph/HCLr.fst", 0.5),
    "look-ahead data cut": truncated("graph/HCLr.fst", 0.999),
    "graph header cut": truncated("graph/HCLr.fst", 0.0001),
    "graph empty": written("graph/HCLr.fst", b""),
    "graph is a page": written("graph/HCLr.fst", b"<html>404</html>" * 100),
    "network cut": truncated("am/final.mdl", 0.7),
    "network empty": written("am/final.mdl", b""),
    "network is a page": written("am/final.mdl", b"<html>404</html>" * 100),
    "half of the words": fewer_words,
    "words are a page": written("graph/words.txt", b"<html>404 not found</html>"),
    "words are bytes": written("graph/words.txt", bytes(range(256))),
    "words empty": written("graph/words.txt", b""),
    "no words": gone("graph/words.txt"),
    "no graph": gone("graph/HCLr.fst"),
    "no network": gone("am/final.mdl"),
    "no features": gone("conf/mfcc.conf"),
    "no options": gone("conf/model.conf"),
    "no silence phones": written("conf/model.conf", b"--beam=13\n"),
    "unknown option": written("conf/model.conf", b"--endpoint.silence-phones=1\n--nonsense=1\n"),
    "no disambiguation": gone("graph/disambig_tid.int"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_model_is_one_sentence(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    folder = tmp_path / "a-model"
    shutil.copytree(SHIPPED, folder)
    damage(folder)
    with pytest.raises(Trouble, match=r"^[A-Z/].{20,}[;,] (install it again|see companion doctor)\.$"):
        VoskRecognizer(folder)


@pytest.mark.parametrize("damage", [one_byte_off, gone("am/global_cmvn.stats"), truncated("graph/Gr.fst", 0.5)])
def test_what_can_only_be_told_by_the_list_of_files_is_told_by_it(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    shutil.copytree(SHIPPED, tmp_path / "embedded-en")
    shutil.copy(MODELS / "manifest.yaml", tmp_path)
    damage(tmp_path / "embedded-en")
    with pytest.raises(Trouble, match="is damaged"):
        VoskRecognizer(tmp_path / "embedded-en")


def test_no_folder_at_all_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="There is no speech model in"):
        VoskRecognizer(tmp_path / "nowhere")


# --- every phrase that any step listens for


def test_every_phrase_that_any_step_listens_for_can_be_heard(recognizer: VoskRecognizer) -> None:
    from companion.effects import Mode
    from companion.exercises.commands import Listening, phrases_for
    from companion.exercises.loader import load_library
    from companion.exercises.step_spec import CheckSpec, ChooseSpec, walk

    library, _ = load_library()
    own: dict[str, tuple[str, ...]] = {}
    for exercise in (*library.exercises.values(), *library.frames.values()):
        for number, step in enumerate(walk(exercise.steps)):
            if isinstance(step, ChooseSpec):
                own[f"{exercise.slug}/{number}"] = tuple(p for one in (*step.options, *step.unspoken) for p in one.phrases)
            elif isinstance(step, CheckSpec):
                own[f"{exercise.slug}/{number}"] = tuple(p for phrases in step.also.values() for p in phrases)
    assert len(own) > 10
    deaf = {where: p for where, phrases in own.items() for p in phrases if not set(p.split()) <= recognizer.vocabulary}
    assert deaf == {}
    for mode in Mode:
        for answers in own.values():
            recognizer.listen_for(phrases_for(mode, library, Listening("ask", answers=answers)).phrases)
