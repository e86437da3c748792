"""A web server of one file that behaves as real ones do: it takes up broken downloads, and breaks them off."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType


class FileServer:
    """Serves `data` at every path, on this machine.

    `breaks`: after how many bytes each connection in turn is cut; then none is. `ranges`: whether it takes up downloads.
    `refuses`: status codes given to the first connections instead. `says`: the size it claims, where that is not the true one.
    """

    def __init__(
        self,
        data: bytes,
        breaks: tuple[int, ...] = (),
        ranges: bool = True,
        refuses: tuple[int, ...] = (),
        says: int | None = None,
    ) -> None:
        self.data, self.breaks, self.ranges, self.refuses, self.says = data, list(breaks), ranges, list(refuses), says
        self.asked: list[str | None] = []
        """The Range header of each request."""
        self.during = lambda sent: None
        """Called with the bytes sent so far, after each piece."""
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                owner._serve(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/a-model.zip"

    def _serve(self, request: BaseHTTPRequestHandler) -> None:
        wanted = request.headers.get("Range")
        self.asked.append(wanted)
        if self.refuses:
            request.send_error(self.refuses.pop(0))
            return
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and self.ranges else 0
        body = self.data[start:]
        request.send_response(206 if wanted and self.ranges else 200)
        request.send_header("Content-Length", str(len(body) if self.says is None else self.says))
        request.end_headers()
        cut = self.breaks.pop(0) if self.breaks else len(body)
        try:
            for k in range(0, min(cut, len(body)), 8192):
                request.wfile.write(body[k : min(k + 8192, cut)])
                self.during(start + k)
        except OSError:
            pass
        request.close_connection = True

    def __enter__(self) -> FileServer:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
