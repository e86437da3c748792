"""Unpacks what came from outside, into a folder of its own: no path leaves it, no links, and no more than an archive may hold.

An archive is judged twice: by what it declares, before a byte is written, and by what really comes out of it.
"""

from __future__ import annotations

import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from companion.adapters.model_fetch import FULL, check_room, megabytes
from companion.trouble import Trouble

MOST_FILES = 5_000
"""The largest published models have some 60 files."""

MOST_BYTES = 16_000_000_000
"""Unpacked: twice the largest published model (4.4 GB packed)."""

MOST_SWELLING = 50
"""Times that an archive may grow: published models grow 3 times, a bomb a thousand times and more (choices of ours)."""

_PIECE = 1 << 20
_BROKEN = (zipfile.BadZipFile, tarfile.TarError, EOFError, ValueError, RuntimeError, zipfile.LargeZipFile)


class Unfit(Exception):
    """Why an archive is not unpacked, as the middle of a sentence."""


@dataclass(frozen=True, slots=True)
class _Member:
    """A file to come: its path inside, its declared size, and how to open it."""

    name: str
    size: int
    open: Callable[[], IO[bytes]]


def unpack(source: Path, target: Path, progress: Callable[[float], None] = lambda share: None) -> None:
    """All files of an archive (zip, tar, tar.gz, tar.xz, tar.bz2) or a folder, below `target`, which must not exist yet.

    Raises Trouble, one sentence, for whatever is no safe and whole archive; `target` may then hold part of it.
    """
    if not source.exists():
        raise Trouble(f"There is no {source}; check the name.")
    try:
        with _members(source) as members:
            _judge(members, source)
            total = sum(member.size for member in members)
            target.mkdir(parents=True)
            check_room(target, total, f"Unpacking {source.name}")
            _write(members, target, max(1, total), progress)
    except Unfit as bad:
        raise Trouble(f"{source} {bad}, so it was not unpacked; get the model from its maker.") from bad
    except _BROKEN as bad:
        raise Trouble(f"{source} is damaged ({_words(bad)}); get it again.") from bad
    except OSError as bad:
        if bad.errno in FULL:
            raise Trouble(f"The disk is full: nothing of {source.name} was installed; free some space and run it again.") from bad
        if isinstance(bad, PermissionError):
            raise Trouble(f"I may not read {bad.filename or source}; mend its rights.") from bad
        raise Trouble(f"{source} is damaged ({_words(bad)}); get it again.") from bad
    except Exception as bad:
        if type(bad).__module__ in ("zlib", "lzma", "_lzma"):
            raise Trouble(f"{source} is damaged ({_words(bad)}); get it again.") from bad
        raise


def _words(error: BaseException) -> str:
    return str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__


@contextmanager
def _members(source: Path) -> Iterator[list[_Member]]:
    if source.is_dir():
        yield list(_in_folder(source))
    elif zipfile.is_zipfile(source):
        with zipfile.ZipFile(source) as archive:
            yield list(_in_zip(archive))
    elif source.is_file() and tarfile.is_tarfile(source):
        with tarfile.open(source) as tar:
            yield list(_in_tar(tar, source))
    else:
        raise Unfit("is neither a folder nor a zip or tar archive")


def _in_folder(folder: Path) -> Iterator[_Member]:
    for number, path in enumerate(sorted(folder.rglob("*"))):
        if number > MOST_FILES:
            raise Unfit(f"holds more than {MOST_FILES} files")
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            raise Unfit(f"holds a link ({name})")
        if path.is_dir():
            continue
        if not path.is_file():
            raise Unfit(f"holds something that is no file ({name})")
        yield _Member(name, path.stat().st_size, partial(_reading, path))


def _reading(path: Path) -> IO[bytes]:
    return path.open("rb")


def _in_zip(archive: zipfile.ZipFile) -> Iterator[_Member]:
    for info in archive.infolist():
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise Unfit(f"holds {'a link' if kind == stat.S_IFLNK else 'something that is no file'} ({info.filename})")
        if info.flag_bits & 1:
            raise Unfit("is locked with a password")
        if not info.is_dir():
            yield _Member(info.orig_filename, info.file_size, partial(archive.open, info))


def _in_tar(tar: tarfile.TarFile, source: Path) -> Iterator[_Member]:
    most = _most_bytes(source)
    total = 0
    for number, info in enumerate(tar):  # read on one by one: a bomb is not run through to its end
        total += info.size
        if number > MOST_FILES or total > most:
            raise Unfit(f"holds more than {MOST_FILES} files or {megabytes(most)}")
        if info.isdir():
            continue
        if not info.isreg():
            raise Unfit(f"holds {'a link' if info.islnk() or info.issym() else 'something that is no file'} ({info.name})")
        yield _Member(info.name, info.size, partial(_opened, tar, info))


def _opened(tar: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    file = tar.extractfile(info)
    if file is None:
        raise Unfit(f"holds something that is no file ({info.name})")
    return file


def _most_bytes(source: Path) -> int:
    return MOST_BYTES if source.is_dir() else min(MOST_BYTES, MOST_SWELLING * source.stat().st_size + _PIECE)


def _judge(members: list[_Member], source: Path) -> None:
    """By what is declared. Raises Unfit."""
    if not members:
        raise Unfit("holds no files")
    if len(members) > MOST_FILES:
        raise Unfit(f"holds more than {MOST_FILES} files")
    if sum(member.size for member in members) > _most_bytes(source):
        raise Unfit(f"would grow to more than {megabytes(_most_bytes(source))}")
    seen: set[str] = set()
    for member in members:
        path = PurePosixPath(member.name)
        parts = member.name.split("/")
        odd = "\\" in member.name or "\0" in member.name or ":" in parts[0] or any(len(part) > 200 for part in parts)
        if path.is_absolute() or ".." in parts or odd or not path.name:
            raise Unfit(f"holds a path that leads out of it ({member.name!r})")
        if str(path).lower() in seen:
            raise Unfit(f"holds the same file twice ({member.name})")
        seen.add(str(path).lower())


def _write(members: Iterable[_Member], target: Path, total: int, progress: Callable[[float], None]) -> None:
    """By what comes out: never more than was declared."""
    done = 0
    for member in members:
        path = target / PurePosixPath(member.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        left = member.size
        with member.open() as come, path.open("xb") as file:
            while piece := come.read(_PIECE):
                left -= len(piece)
                if left < 0:
                    raise Unfit(f"holds more than it says ({member.name})")
                file.write(piece)
                done += len(piece)
                progress(done / total)
        if left:
            raise EOFError(f"{member.name} ends too early")
