"""`python -m model data fetch` against a real server on this machine, and all that can go wrong on the way."""

import collections
import errno
import hashlib
import http.server
import shutil
import ssl
import subprocess
import threading
from pathlib import Path

import pytest

from model.__main__ import main
from model.data import fetch as fetch_module
from model.data.fetch import BASE_URL, LIST, Entry, fetch, read_list
from model.errors import DataError
from tests.media import needs

FILES = {
    "LICENSE": b"MIT",
    "trainset/images/sample 1.jpg": b"picture one" * 500,
    "trainset/images/sample_2.jpg": b"picture two" * 400,
    "trainset/masks/sample 1.png": b"mask",
}


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(fetch_module, "PAUSE_S", 0.001)


class Server:
    """An HTTP server that can misbehave: `faults` maps a path to the answers that it gets before the right one."""

    def __init__(self, context=None):
        self.files = dict(FILES)
        self.faults = collections.defaultdict(list)
        self.asked = collections.Counter()
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                server.answer(self)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if context:
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        # A client that turns away from the certificate is no fault of the server's.
        self._server.handle_error = lambda *_: None
        scheme = "https" if context else "http"
        self.url = f"{scheme}://localhost:{self._server.server_port}/base/"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, name="server"
        )

    def answer(self, request):
        path = request.path.removeprefix("/base/").replace("%20", " ")
        self.asked[path] += 1
        fault = self.faults[path].pop(0) if self.faults[path] else None
        content = self.files.get(path)
        if isinstance(fault, int) or content is None:
            request.send_error(fault or 404)
            return
        request.send_response(200)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        if fault == "broken off":
            request.wfile.write(content[: len(content) // 2])
            request.close_connection = True
        else:
            request.wfile.write(b"x" * len(content) if fault == "wrong" else content)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def server():
    with Server() as running:
        yield running


@pytest.fixture
def entries():
    return [Entry(hashlib.sha256(content).hexdigest(), len(content), path) for path, content in FILES.items()]


@pytest.fixture
def listed(tmp_path, entries):
    path = tmp_path / "list.txt"
    path.write_text("".join(f"{each.sha256} {each.size} {each.path}\n" for each in entries), encoding="utf-8")
    return path


def there(out):
    """What lies in the folder, hidden files too."""
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in Path(out).rglob("*") if path.is_file()}


WHOLE = {path.removeprefix("trainset/"): content for path, content in FILES.items()}


def test_all_files_come_and_progress_is_told(server, entries, tmp_path):
    told = []
    assert fetch(tmp_path / "out", entries, server.url, lambda done, total: told.append((done, total))) == 4
    assert there(tmp_path / "out") == WHOLE
    assert sorted(told) == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_what_is_there_and_whole_is_not_fetched_again(server, entries, tmp_path):
    fetch(tmp_path / "out", entries, server.url)
    (tmp_path / "out" / "images" / "sample_2.jpg").write_bytes(b"picture twx" * 400)
    (tmp_path / "out" / "LICENSE").unlink()
    server.asked.clear()
    assert fetch(tmp_path / "out", entries, server.url) == 2
    assert dict(server.asked) == {"LICENSE": 1, "trainset/images/sample_2.jpg": 1}
    assert there(tmp_path / "out") == WHOLE


@pytest.mark.parametrize("fault", ["broken off", "wrong", 500, 503, 429])
def test_a_fault_that_passes_is_tried_again(server, entries, tmp_path, fault):
    server.faults["trainset/images/sample_2.jpg"] = [fault, fault]
    assert fetch(tmp_path / "out", entries, server.url) == 4
    assert server.asked["trainset/images/sample_2.jpg"] == 3
    assert there(tmp_path / "out") == WHOLE


@pytest.mark.parametrize(
    ("fault", "said"),
    [("broken off", "broke off|came with"), ("wrong", "SHA-256"), (500, "500"), (404, "404"), (403, "403")],
)
def test_a_fault_that_stays_ends_it_with_nothing_half_done(server, entries, tmp_path, fault, said):
    server.faults["trainset/images/sample_2.jpg"] = [fault] * 9
    with pytest.raises(DataError, match=said) as caught:
        fetch(tmp_path / "out", entries, server.url)
    assert "sample_2.jpg" in str(caught.value)
    assert there(tmp_path / "out").items() <= WHOLE.items()
    assert "images/sample_2.jpg" not in there(tmp_path / "out")
    server.faults.clear()
    fetch(tmp_path / "out", entries, server.url)
    assert there(tmp_path / "out") == WHOLE


def test_a_file_longer_than_listed_is_refused(server, entries, tmp_path):
    server.files["LICENSE"] = b"MIT and more"
    with pytest.raises(DataError, match="SHA-256"):
        fetch(tmp_path / "out", entries, server.url)
    assert "LICENSE" not in there(tmp_path / "out")


def test_a_file_that_the_server_lacks_is_asked_for_once(server, entries, tmp_path):
    del server.files["LICENSE"]
    with pytest.raises(DataError, match="does not have it"):
        fetch(tmp_path / "out", entries, server.url)
    assert server.asked["LICENSE"] == 1


def test_ctrl_c_keeps_what_came_and_the_next_call_goes_on(server, entries, tmp_path):
    def stop(_done, _total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(tmp_path / "out", entries, server.url, stop)
    assert there(tmp_path / "out").items() <= WHOLE.items()
    assert there(tmp_path / "out")
    assert fetch(tmp_path / "out", entries, server.url) < 4
    assert there(tmp_path / "out") == WHOLE


def test_too_little_room_is_said_before_anything_is_fetched(server, entries, tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)._replace(free=100)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(DataError, match="MB are needed"):
        fetch(tmp_path / "out", entries, server.url)
    assert not server.asked


def test_a_disk_that_gets_full_leaves_no_half_file(server, listed, tmp_path, monkeypatch, capsys):
    write = Path.write_bytes

    def full(path, content):
        if len(content) > 1000:
            write(path, content[:1000])
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    out = tmp_path / "out"
    assert main(["data", "fetch", "--out", str(out), "--base-url", server.url, "--list", str(listed)]) == 2
    assert "No space left" in capsys.readouterr().err.splitlines()[-1]
    assert there(out).items() <= WHOLE.items()


def test_nobody_listening_is_one_line(listed, tmp_path, capsys):
    out = tmp_path / "out"
    arguments = ["data", "fetch", "--out", str(out), "--base-url", "http://127.0.0.1:9/", "--list", str(listed)]
    assert main(arguments) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "no connection" in line
    assert "127.0.0.1:9" in line


@pytest.mark.parametrize("address", ["file:///etc/", "ftp://localhost/", "nonsense"])
def test_only_web_addresses_are_asked(entries, tmp_path, address):
    with pytest.raises(DataError, match="https://"):
        fetch(tmp_path / "out", entries, address)


@pytest.mark.parametrize("line", ["", "abc 3 x", "0" * 64 + " x y", "0" * 64 + " 3 ../x", "0" * 64 + " 3 /etc/x"])
def test_a_list_that_is_none_is_named(tmp_path, line):
    (tmp_path / "list.txt").write_text(line + "\n", encoding="utf-8")
    with pytest.raises(DataError, match="line 1"):
        read_list(tmp_path / "list.txt")


def test_a_list_that_is_no_text_is_named(tmp_path):
    (tmp_path / "list.png").write_bytes(b"\x89PNG")
    with pytest.raises(DataError, match=r"list\.png is not a list of files"):
        read_list(tmp_path / "list.png")


def test_the_command_fetches_into_the_users_folder(server, listed, own_home, capsys):
    assert main(["data", "fetch", "--base-url", server.url, "--list", str(listed)]) == 0
    assert there(own_home / "data" / "femoral") == WHOLE
    assert "4 files, all checked; 4 fetched now" in capsys.readouterr().out


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for localhost that nobody vouches for."""
    folder = tmp_path_factory.mktemp("tls")
    key, file = folder / "key.pem", folder / "certificate.pem"
    name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    subprocess.run(
        ["openssl", "req", "-x509", *kind, "-keyout", key, "-out", file, *name], check=True, capture_output=True
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key)
    return file, context


@needs("openssl")
def test_https_is_used_and_the_certificate_checked(certificate, entries, tmp_path, monkeypatch):
    file, context = certificate
    with Server(context) as server:
        with pytest.raises(DataError, match="CERTIFICATE_VERIFY_FAILED"):
            fetch(tmp_path / "out", entries, server.url)
        assert not server.asked
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        fetch(tmp_path / "out", entries, server.url)
    assert there(tmp_path / "out") == WHOLE


def test_the_committed_list_is_the_public_data_set():
    entries = read_list(LIST)
    stems = {kind: {Path(e.path).stem for e in entries if f"/{kind}/" in e.path} for kind in ("images", "masks")}
    assert len(stems["images"]) == 500
    assert stems["images"] == stems["masks"]
    assert [e.path for e in entries if not e.path.startswith("trainset/")] == ["LICENSE"]
    assert BASE_URL.startswith("https://")


def test_the_committed_hashes_are_those_of_the_files_here(data_folder):
    for entry in read_list(LIST):
        if "/" in entry.path:
            content = entry.place(data_folder).read_bytes()
            assert (len(content), hashlib.sha256(content).hexdigest()) == (entry.size, entry.sha256)
