"""Downloads one file over the web: taken up where an earlier attempt broke off, with its size and hash checked at the end.

What has come so far lies in a `.part` file and stays there for the next attempt, whatever happens: a broken connection, Ctrl-C,
a power cut. Only a file that turns out to be another one is removed, and one that filled the disk.
"""

from __future__ import annotations

import errno
import hashlib
import http.client
import shutil
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from companion import __version__
from companion.adapters.model_catalogue import KnownModel
from companion.trouble import Trouble

WAIT = 30.0
"""Seconds without a byte after which a connection counts as broken."""

ATTEMPTS = 5
"""Attempts in a row that may bring nothing new before it is given up: wireless networks lose connections now and then."""

ROOM_TO_BREATHE = 200_000_000
"""Bytes of disk that a download leaves free, for logs and rendered speech (what the doctor asks for)."""

UNPACKED = 3.5
"""A model takes up to so many times its download (measured on a published Korean one: 264 MB from 87)."""

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What the system says of a disk that is full, of a person's share of it, or of the most that one file may take."""

_PIECE = 1 << 16

Progress = Callable[[float], None]


def fetch(
    model: KnownModel,
    part: Path,
    progress: Progress = lambda share: None,
    rest: Callable[[float], None] = time.sleep,
) -> None:
    """Bring the archive of `model` to `part`, whole and checked. Raises Trouble, one sentence, for anything else.

    `rest` waits so many seconds after an attempt that brought nothing: one, then two, four and so on.
    """
    url = model.url
    if url is None:
        raise Trouble(f"{model.name} has no address to be fetched from; bring its archive and run: companion models add PATH")
    part.parent.mkdir(parents=True, exist_ok=True)
    have = part.stat().st_size if part.exists() else 0
    if have > model.size:
        part.unlink()
        have = 0
    check_room(part.parent, round(model.size - have + UNPACKED * model.size), model.name)
    idle = 0
    while have < model.size:
        try:
            _attempt(model, url, part, have, progress)
        except (TimeoutError, ConnectionError, http.client.HTTPException, urllib.error.URLError, socket.gaierror) as broken:
            _give_up_on(broken, model, url, have)
        now = part.stat().st_size if part.exists() else 0
        idle = 0 if now > have else idle + 1
        have = now
        if have < model.size and idle >= ATTEMPTS:
            raise Trouble(
                f"The connection to {urlsplit(url).hostname} broke at {megabytes(have)} of {megabytes(model.size)}; "
                "run the same command again to go on from there."
            )
        if have < model.size and idle:
            rest(2.0 ** (idle - 1))
    _check(model, part)
    progress(1.0)


def check_room(folder: Path, needed: int, what: str) -> None:
    """Raises Trouble where `folder` has no room for `needed` more bytes and for the evenings."""
    free = shutil.disk_usage(folder).free
    if free < needed + ROOM_TO_BREATHE:
        wanted = megabytes(needed + ROOM_TO_BREATHE)
        raise Trouble(f"{what} needs {wanted} of free disk and {folder} has {megabytes(free)}; free some space.")


def megabytes(size: int) -> str:
    """A size for people."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"


def _attempt(model: KnownModel, url: str, part: Path, have: int, progress: Progress) -> None:
    """One connection, from byte `have` on; returns when it ends, however much has come."""
    headers = {"User-Agent": f"companion/{__version__}", **({"Range": f"bytes={have}-"} if have else {})}
    with _OPENER.open(urllib.request.Request(url, headers=headers), timeout=WAIT) as answer:
        resumed = answer.status == http.client.PARTIAL_CONTENT and have > 0
        start = have if resumed else 0
        _check_offer(model, answer, start)
        with part.open("r+b" if resumed else "wb") as file:
            file.seek(start)
            file.truncate()
            _copy(model, answer, file, start, part, progress)


def _copy(model: KnownModel, answer: Any, file: Any, have: int, part: Path, progress: Progress) -> None:
    try:
        while piece := answer.read(_PIECE):
            have += len(piece)
            if have > model.size:
                raise _another(model, part, f"more than {model.size} bytes")
            file.write(piece)
            progress(have / model.size)
    except OSError as bad:
        if bad.errno not in FULL:
            raise
        part.unlink(missing_ok=True)
        raise Trouble(f"The disk is full: nothing of {model.name} was kept; free some space and run it again.") from bad


def _check_offer(model: KnownModel, answer: Any, start: int) -> None:
    """What the server says of the size, before anything is written."""
    length = answer.headers.get("Content-Length")
    if length is not None and length.isdigit() and int(length) + start != model.size:
        raise Trouble(
            f"The server offers another file for {model.name} ({int(length) + start} bytes instead of {model.size}), so it was "
            "not fetched; get a newer companion, or carry the model over with companion models add PATH."
        )


def _give_up_on(broken: Exception, model: KnownModel, url: str, have: int) -> None:
    """Raises Trouble for what another attempt will not mend; returns where one may."""
    host = urlsplit(url).hostname
    reason = broken.reason if isinstance(broken, urllib.error.URLError) else broken
    if isinstance(broken, urllib.error.HTTPError):
        if broken.code in _PASSING:
            return
        raise Trouble(f"{host} does not have {model.name} ({broken.code} {broken.reason}); get a newer companion.") from broken
    if isinstance(reason, ssl.SSLCertVerificationError):
        raise Trouble(f"{host} can't prove who it is; look whether this machine knows today's date, then try again.") from broken
    if isinstance(reason, socket.gaierror | ConnectionRefusedError) or getattr(reason, "errno", None) in _UNREACHABLE:
        raise Trouble(
            f"I can't reach {host}; connect this machine to the internet, or fetch {url} elsewhere, carry it here and run: "
            "companion models add FILE"
        ) from broken


_PASSING = (408, 429, 500, 502, 503, 504)
_UNREACHABLE = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN)


def _check(model: KnownModel, part: Path) -> None:
    """Compare the whole file with what is known of it."""
    for kind, known in (("sha256", model.sha256), ("md5", model.md5)):
        if known is None:
            continue
        digest = hashlib.new(kind)
        with part.open("rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
        if digest.hexdigest() != known:
            raise _another(model, part, f"its {kind} is {digest.hexdigest()[:12]}… instead of {known[:12]}…")


def _another(model: KnownModel, part: Path, what: str) -> Trouble:
    part.unlink(missing_ok=True)
    return Trouble(f"What came is not {model.name} ({what}), so it was thrown away; run the same command again.")


class _NoWeaker(urllib.request.HTTPRedirectHandler):
    """Follows redirects, but never from https to http."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        if req.full_url.startswith("https://") and not newurl.startswith("https://"):
            raise urllib.error.URLError("sent on to an address that is not secure")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


_OPENER = urllib.request.OpenerDirector()
for _handler in (
    urllib.request.ProxyHandler(),
    urllib.request.HTTPHandler(),
    urllib.request.HTTPSHandler(),
    urllib.request.HTTPDefaultErrorHandler(),
    urllib.request.HTTPErrorProcessor(),
    _NoWeaker(),
):
    _OPENER.add_handler(_handler)
