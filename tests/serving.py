"""Folders that are served to a browser on this machine, as different hosts would."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Host(SimpleHTTPRequestHandler):
    """A host that forbids nothing, as most do, and writes no line for each request."""

    def log_message(self, *args: object) -> None:
        pass


class StrictHost(Host):
    """A strict host: what a page may do stands in a header.

    Charts and workers need inline scripts, blob: and data:; nothing needs another host. Only a page with a map needs
    text that becomes code: WebGL's programs are put together so (regl, in plotly).
    """

    def end_headers(self) -> None:
        path = Path(self.translate_path(self.path))
        with_map = path.suffix == ".html" and path.is_file() and 'class="csd-map"' in path.read_text(encoding="utf-8")
        allowed = "'self' 'unsafe-inline' blob: data:" + " 'unsafe-eval'" * with_map
        self.send_header("Content-Security-Policy", f"default-src {allowed}")
        super().end_headers()


@contextmanager
def served(root: Path, host: type[Host] = StrictHost) -> Iterator[str]:
    """The address at which a folder is served meanwhile; it ends with a slash."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(host, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
