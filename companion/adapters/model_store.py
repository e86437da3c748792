"""The shelf of installed models: one folder a model, whole or not there at all.

A model is made ready in a staging folder beside its place and moved there in one step. What a crash or Ctrl-C leaves of a staging
folder goes with the next work on the shelf; only one process at a time works on it.
"""

from __future__ import annotations

import fcntl
import io
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ruamel.yaml import YAML

from companion.adapters import model_files, vosk_folder
from companion.adapters.model_catalogue import Kind
from companion.adapters.model_trial import try_out
from companion.adapters.model_unpack import unpack
from companion.trouble import Trouble

Progress = Callable[[float], None]

_STAGING, _DOWNLOADS = ".staging-", ".downloads"
_SPEAKER = ("final.ext.raw", "mean.vec", "mfcc.conf", "transform.mat")
"""Files of a published model of speakers."""


class ModelStore:
    """Installed models below `folder`, which need not exist yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def installed(self) -> tuple[str, ...]:
        """Names of the models that are here, sorted."""
        if not self.folder.is_dir():
            return ()
        return tuple(sorted(path.name for path in self.folder.iterdir() if path.is_dir() and not path.name.startswith(".")))

    def path(self, name: str) -> Path:
        """Where the model of this name lies, or would lie."""
        return self.folder / name

    def download(self, archive: str) -> Path:
        """Where a download of this archive is collected."""
        return self.folder / _DOWNLOADS / f"{Path(archive).name}.part"

    def install(self, source: Path, name: str, kind: Kind, origin: str, progress: Progress = lambda share: None) -> Path:
        """Unpack, check, try out and put in place an archive or a folder as `name`. Raises Trouble; then nothing is installed.

        `origin`: where it came from, for the record.
        """
        with self._at_work():
            if self.path(name).exists():
                raise Trouble(f"{name} is installed already; to replace it, run first: companion models remove {name}")
            staging = Path(tempfile.mkdtemp(prefix=_STAGING, dir=self.folder))
            try:
                unpack(source, staging / "all", progress)
                model = root_of(staging / "all", source)
                check_whole(model, kind, as_if=source)
                self._record(model, kind, origin)
                _settle(model)
                os.rename(model, self.path(name))
            except OSError as bad:
                raise Trouble(f"I can't install {name} in {self.folder} ({bad.strerror or bad}); free some space.") from bad
            finally:
                shutil.rmtree(staging, ignore_errors=True)
        return self.path(name)

    def verify(self, name: str, kind: Kind, progress: Progress = lambda share: None) -> None:
        """Compare every file with what was installed, and try the model out. Raises Trouble for what is not whole."""
        folder = self.path(name)
        check_listed(folder, progress)
        check_whole(folder, kind, as_if=folder)

    def remove(self, name: str) -> int:
        """Take the model and any half-finished download of it off the shelf; the bytes that got free. Raises Trouble."""
        with self._at_work():
            folder = self.path(name)
            if name not in self.installed():
                raise Trouble(f"{name} is not installed in {self.folder}; companion models list shows what is.")
            freed = sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())
            going = Path(tempfile.mkdtemp(prefix=_STAGING, dir=self.folder))
            try:
                os.rename(folder, going / name)
                shutil.rmtree(going)
            except OSError as bad:
                raise Trouble(f"I can't remove {folder} ({bad.strerror or bad}); remove it by hand.") from bad
        return freed

    def kind_of(self, name: str) -> Kind:
        """What an installed model is, by its files."""
        return "speaker" if (self.path(name) / _SPEAKER[0]).is_file() else "recognizer"

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        """Nobody else works on the shelf meanwhile; what others left half-done is swept away."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.folder / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as bad:
            raise Trouble(f"I can't write in {self.folder} ({bad.strerror or bad}); mend its rights or free some space.") from bad
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as busy:
                raise Trouble("Another companion is at work on the models; wait for it to end.") from busy
            for left in self.folder.glob(f"{_STAGING}*"):
                shutil.rmtree(left, ignore_errors=True)
            yield
        finally:
            os.close(lock)

    @staticmethod
    def _record(model: Path, kind: Kind, origin: str) -> None:
        files = {name: {"bytes": file.bytes, "sha256": file.sha256} for name, file in model_files.fingerprints(model).items()}
        out = io.StringIO()
        YAML().dump({"kind": kind, "from": origin, "files": files}, out)
        (model / model_files.RECORD).write_text(out.getvalue(), encoding="utf-8")


def root_of(unpacked: Path, source: Path) -> Path:
    """The model's own folder in what was unpacked, wherever in it that is. Raises Trouble where there is none, or two."""
    marks = [path for name in ("final.mdl", _SPEAKER[0]) for path in unpacked.glob(f"**/{name}")]
    found = {mark.parent.parent if mark.parent.name == "am" else mark.parent for mark in marks}
    if not found:
        raise Trouble(f"{source} is no Vosk model (no am/final.mdl in it); get one from companion models list.")
    if len(found) > 1:
        raise Trouble(f"{source} holds {len(found)} models; add the folder of the one you mean.")
    return found.pop()


def check_whole(folder: Path, kind: Kind, as_if: Path) -> None:
    """Is it a whole model of its kind, which libvosk can use? Sentences name `as_if`. Raises Trouble."""
    try:
        if kind == "speaker":
            missing = [name for name in _SPEAKER if not (folder / name).is_file()]
            if missing:
                raise Trouble(f"{folder} is no model of speakers ({missing[0]} is missing); get it again.")
        else:
            vosk_folder.look(folder)
            try_out(folder)
    except Trouble as trouble:
        raise Trouble(str(trouble).replace(str(folder), str(as_if))) from trouble


def check_listed(folder: Path, progress: Progress = lambda share: None) -> None:
    """Compare every file with the list made when the model was made or installed. Raises Trouble."""
    files = model_files.listed(folder)
    if files is None:
        raise Trouble(
            f"Nobody wrote down what {folder} should hold, so it can't be compared; companion models add {folder} does."
        )
    try:
        if unlike := model_files.difference(folder, files, hashed=True, progress=progress):
            raise Trouble(f"The model in {folder} is damaged ({unlike}); remove it and install it again.")
    except OSError as bad:
        raise Trouble(
            f"I can't read {bad.filename or folder} ({bad.strerror or bad}); remove the model and install it again."
        ) from bad


def _settle(model: Path) -> None:
    """On disk for good, before it gets its name: a power cut must not leave a model of empty files."""
    for path in (*model.rglob("*"), model):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
