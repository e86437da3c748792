"""The shelf of models: what comes from outside is unpacked safely, checked, tried, and put in place whole or not at all."""

from __future__ import annotations

import io
import os
import shutil
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from companion.adapters import model_files, model_unpack, vosk_folder
from companion.adapters.model_store import ModelStore
from companion.adapters.model_unpack import unpack
from companion.trouble import Trouble

EMBEDDED = Path(__file__).resolve().parents[2] / "models" / "embedded-en"


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "shelf")


def zipped(path: Path, folder: Path = EMBEDDED, under: str = "vosk-model-tiny/") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, f"{under}{file.relative_to(folder).as_posix()}")
    return path


def tarred(path: Path, folder: Path = EMBEDDED) -> Path:
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        archive.add(folder, "vosk-model-tiny")
    return path


def left_over(store: ModelStore) -> list[str]:
    return sorted(path.name for path in store.folder.iterdir() if path.name != ".lock")


# --- what is whole is installed


@pytest.mark.parametrize("pack", ["zip", "tar.gz", "folder", "zip without a folder"])
def test_a_model_is_installed_from_whatever_carries_it(store: ModelStore, tmp_path: Path, pack: str) -> None:
    source = {
        "zip": lambda: zipped(tmp_path / "m.zip"),
        "tar.gz": lambda: tarred(tmp_path / "m.tar.gz"),
        "folder": lambda: EMBEDDED,
        "zip without a folder": lambda: zipped(tmp_path / "m.zip", under=""),
    }[pack]()
    folder = store.install(source, "tiny", "recognizer", "a test")
    assert store.installed() == ("tiny",)
    assert vosk_folder.check(folder) == vosk_folder.check(EMBEDDED)
    assert vosk_folder.look(folder).vouched
    store.verify("tiny", "recognizer")


def test_what_was_changed_after_it_was_installed_is_found(store: ModelStore) -> None:
    folder = store.install(EMBEDDED, "tiny", "recognizer", "a test")
    raw = bytearray((folder / "am/final.mdl").read_bytes())
    raw[len(raw) // 2] ^= 1
    (folder / "am/final.mdl").write_bytes(bytes(raw))
    with pytest.raises(Trouble, match=r"damaged \(am/final\.mdl is not the file"):
        store.verify("tiny", "recognizer")


def test_a_model_is_never_installed_over_another(store: ModelStore) -> None:
    store.install(EMBEDDED, "tiny", "recognizer", "a test")
    with pytest.raises(Trouble, match=r"installed already; .* companion models remove tiny"):
        store.install(EMBEDDED, "tiny", "recognizer", "a test")


def test_a_removed_model_leaves_nothing(store: ModelStore) -> None:
    store.install(EMBEDDED, "tiny", "recognizer", "a test")
    assert store.remove("tiny") > 2_000_000
    assert left_over(store) == []
    with pytest.raises(Trouble, match="tiny is not installed"):
        store.remove("tiny")


def test_a_model_of_speakers_is_told_from_one_of_words(store: ModelStore, tmp_path: Path) -> None:
    folder = tmp_path / "vosk-model-spk"
    folder.mkdir()
    for name in ("final.ext.raw", "mean.vec", "mfcc.conf", "transform.mat"):
        (folder / name).write_text("numbers")
    store.install(folder, "speakers", "speaker", "a test")
    assert store.kind_of("speakers") == "speaker"
    with pytest.raises(Trouble, match="is a model of speakers, which knows no words"):
        vosk_folder.look(store.path("speakers"))


# --- what is not whole is not


def without(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def cut(name: str, share: float) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        raw = (folder / name).read_bytes()
        (folder / name).write_bytes(raw[: int(len(raw) * share)])

    return damage


def for_telephones(folder: Path) -> None:
    with (folder / "conf/mfcc.conf").open("a") as file:
        file.write("--sample-frequency=8000\n")


DAMAGES = {
    "no network": without("am/final.mdl"),
    "no graph": without("graph/HCLr.fst"),
    "graph cut": cut("graph/HCLr.fst", 0.6),
    "look-ahead data cut": cut("graph/HCLr.fst", 0.9995),
    "network cut": cut("am/final.mdl", 0.9),
    "for telephones": for_telephones,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_model_is_one_sentence_and_nothing_is_installed(
    store: ModelStore, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    broken = tmp_path / "broken-model"
    shutil.copytree(EMBEDDED, broken)
    damage(broken)
    with pytest.raises(Trouble, match=r"broken-model.*[a-z]\.$") as said:
        store.install(broken, "broken", "recognizer", "a test")
    assert ".staging" not in str(said.value)
    assert store.installed() == ()
    assert left_over(store) == []


def test_a_model_for_telephones_is_named_as_such(tmp_path: Path) -> None:
    folder = tmp_path / "narrow"
    shutil.copytree(EMBEDDED, folder)
    for_telephones(folder)
    with pytest.raises(Trouble, match="is made for 8000 samples a second and the companion hears at 16000"):
        vosk_folder.look(folder)


def test_a_damage_that_only_libvosk_finds_crashes_another_process(store: ModelStore, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(EMBEDDED, broken)
    options = (broken / "conf/model.conf").read_text()
    (broken / "conf/model.conf").write_text(options.replace("--endpoint.silence-phones=1", "--endpoint.silence-phones=x"))
    with pytest.raises(Trouble, match=r"broken is damaged .libvosk (crashed|failed) over it"):
        store.install(broken, "broken", "recognizer", "a test")
    assert left_over(store) == []


@pytest.mark.parametrize("source", ["nothing.zip", "page.zip", "empty", "photos"])
def test_what_is_no_model_is_refused(store: ModelStore, tmp_path: Path, source: str) -> None:
    (tmp_path / "page.zip").write_text("<html>404 not found</html>")
    (tmp_path / "empty").mkdir()
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "beach.jpg").write_bytes(b"x")
    with pytest.raises(Trouble, match=r"(There is no|neither a folder nor|holds no files|is no Vosk model)"):
        store.install(tmp_path / source, "odd", "recognizer", "a test")
    assert store.installed() == ()


def test_ctrl_c_while_it_is_unpacked_leaves_nothing(store: ModelStore, tmp_path: Path) -> None:
    def stop(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.install(zipped(tmp_path / "m.zip"), "tiny", "recognizer", "a test", stop)
    assert left_over(store) == []


def test_what_a_power_cut_left_is_swept_away(store: ModelStore) -> None:
    torn = store.folder / ".staging-torn" / "all" / "am"
    torn.mkdir(parents=True)
    (torn / "final.mdl").write_bytes(b"half")
    assert store.installed() == ()
    store.install(EMBEDDED, "tiny", "recognizer", "a test")
    assert left_over(store) == ["tiny"]


def test_two_companions_do_not_work_on_the_shelf_at_once(store: ModelStore) -> None:
    with store._at_work(), pytest.raises(Trouble, match="at work on the models"):
        store.install(EMBEDDED, "tiny", "recognizer", "a test")


# --- archives that mean harm


def zip_of(path: Path, name: str, data: bytes = b"x", mode: int = 0) -> Path:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, data)
    return path


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/../../evil", "..\\evil", "C:/evil", "a/" + "n" * 300])
def test_no_path_leads_out_of_an_archive(tmp_path: Path, name: str) -> None:
    with pytest.raises(Trouble, match="holds a path that leads out of it"):
        unpack(zip_of(tmp_path / "m.zip", name), tmp_path / "in" / "here")
    assert not (tmp_path / "in").exists()
    assert not (tmp_path / "evil").exists()


def test_links_in_a_zip_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match=r"holds a link \(am/final\.mdl\)"):
        unpack(zip_of(tmp_path / "m.zip", "am/final.mdl", b"/etc/passwd", stat.S_IFLNK | 0o777), tmp_path / "here")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_devices_in_a_tar_are_refused(tmp_path: Path, kind: bytes) -> None:
    info = tarfile.TarInfo("am/final.mdl")
    info.type, info.linkname = kind, "/etc/passwd"
    with tarfile.open(tmp_path / "m.tar", "w") as archive:
        archive.addfile(info)
    with pytest.raises(Trouble, match=r"holds (a link|something that is no file) \(am/final\.mdl\)"):
        unpack(tmp_path / "m.tar", tmp_path / "here")


def test_links_in_a_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    os.symlink("/etc/passwd", tmp_path / "m" / "final.mdl")
    with pytest.raises(Trouble, match="holds a link"):
        unpack(tmp_path / "m", tmp_path / "here")


def test_a_bomb_that_says_so_is_refused_before_it_goes_off(tmp_path: Path) -> None:
    bomb = zip_of(tmp_path / "m.zip", "am/final.mdl", bytes(50_000_000))
    with pytest.raises(Trouble, match="would grow to more than"):
        unpack(bomb, tmp_path / "here")
    assert not (tmp_path / "here").exists()


def test_a_bomb_of_a_tar_is_not_run_through(tmp_path: Path) -> None:
    info = tarfile.TarInfo("am/final.mdl")
    info.size = 50_000_000
    with tarfile.open(tmp_path / "m.tar.gz", "w:gz") as archive:
        archive.addfile(info, io.BytesIO(bytes(info.size)))
    with pytest.raises(Trouble, match="holds more than"):
        unpack(tmp_path / "m.tar.gz", tmp_path / "here")


def test_a_bomb_that_lies_about_its_size_is_stopped(tmp_path: Path) -> None:
    """The declared size is mended by hand in the directory of the archive: 100 bytes instead of 3 MB."""
    path = zip_of(tmp_path / "m.zip", "am/final.mdl", bytes(3_000_000))
    raw = path.read_bytes().replace((3_000_000).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    path.write_bytes(raw)
    with pytest.raises(Trouble, match=r"is damaged|holds more than it says"):
        unpack(path, tmp_path / "here")
    assert sum(file.stat().st_size for file in tmp_path.rglob("here/**/*") if file.is_file()) <= 100


def test_the_same_file_twice_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "m.zip", "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("am/final.mdl", b"one")
        archive.writestr("am/final.mdl", b"two")
    with pytest.raises(Trouble, match="holds the same file twice"):
        unpack(tmp_path / "m.zip", tmp_path / "here")


def test_a_locked_archive_is_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "m.zip", "am/final.mdl")
    raw = bytearray(path.read_bytes())
    raw[6] |= 1  # local header
    raw[raw.index(b"PK\x01\x02") + 8] |= 1  # directory
    path.write_bytes(bytes(raw))
    with pytest.raises(Trouble, match="locked with a password"):
        unpack(path, tmp_path / "here")


@pytest.mark.parametrize("share", [0.3, 0.9, 0.999])
@pytest.mark.parametrize("pack", [zipped, tarred])
def test_a_cut_archive_is_refused(store: ModelStore, tmp_path: Path, pack: Callable[[Path], Path], share: float) -> None:
    path = pack(tmp_path / ("m.zip" if pack is zipped else "m.tar.gz"))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(Trouble, match=r"is damaged|neither a folder nor|is no Vosk model|missing"):
        store.install(path, "cut", "recognizer", "a test")
    assert store.installed() == ()
    assert left_over(store) == []


def test_an_archive_with_a_flipped_byte_is_refused(store: ModelStore, tmp_path: Path) -> None:
    path = zipped(tmp_path / "m.zip")
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 3] ^= 0xFF
    path.write_bytes(bytes(raw))
    with pytest.raises(Trouble, match="is damaged"):
        store.install(path, "flipped", "recognizer", "a test")
    assert left_over(store) == []


def test_too_little_disk_is_said_before_unpacking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: ModelStore) -> None:
    from companion.adapters import model_fetch

    monkeypatch.setattr(model_fetch, "ROOM_TO_BREATHE", 10**18)
    with pytest.raises(Trouble, match=r"Unpacking m\.zip needs .* of free disk"):
        store.install(zipped(tmp_path / "m.zip"), "tiny", "recognizer", "a test")
    assert left_over(store) == []


def test_more_files_than_any_model_has_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_unpack, "MOST_FILES", 5)
    with pytest.raises(Trouble, match="holds more than 5 files"):
        unpack(zipped(tmp_path / "m.zip"), tmp_path / "here")


def test_the_record_lists_every_file_but_itself(store: ModelStore) -> None:
    folder = store.install(EMBEDDED, "tiny", "recognizer", "a test")
    listed = model_files.listed(folder)
    assert listed is not None
    assert set(listed) == set(model_files.fingerprints(EMBEDDED))
