"""The explorer's folder over HTTP: for browsers on this machine alone, and nothing but its files."""

from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from served_pages import served

from models_py.explorer.serving import application


class Client:
    """Asks without correcting what it is given, as nobody's browser would."""

    def __init__(self, address: str) -> None:
        self.host = urlsplit(address).netloc

    def get(self, path: str, method: str = "GET", **headers: str) -> HTTPResponse:
        """Ask for a path as it is written."""
        connection = HTTPConnection(self.host)
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    folder = tmp_path / "music.explorer"
    folder.mkdir()
    for name in ("index.html", "app.js", "duckdb-eh.wasm", "tables.duckdb"):
        (folder / name).write_text(name)
    (tmp_path / "secret.txt").write_text("secret")
    with served(application(folder)) as address:
        yield Client(address)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/app.js", "text/javascript; charset=utf-8"),
        ("/duckdb-eh.wasm", "application/wasm"),
        ("/tables.duckdb", "application/octet-stream"),
    ],
)
def test_files_have_the_type_that_browsers_want(client: Client, path: str, kind: str) -> None:
    answer = client.get(path)
    assert (answer.status, answer.headers["content-type"]) == (200, kind)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "access-control-allow-origin" not in answer.headers


def test_a_file_that_has_not_changed_is_not_sent_again(client: Client) -> None:
    first = client.get("/app.js")
    assert first.headers["cache-control"] == "no-cache"
    assert client.get("/app.js", if_none_match=first.headers["etag"]).status == 304


@pytest.mark.parametrize("host", ["example.com", "127.0.0.1.example.com", "0.0.0.0:8766"])
def test_pages_of_other_names_are_refused(client: Client, host: str) -> None:
    assert client.get("/tables.duckdb", host=host).status == 400
    assert client.get("/tables.duckdb", host="localhost:8766").status == 200


@pytest.mark.parametrize("path", ["/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/nothing"])
def test_nothing_beside_the_folder_is_given(client: Client, path: str) -> None:
    assert client.get(path).status == 404


def test_nothing_can_be_sent(client: Client) -> None:
    assert [client.get("/app.js", method).status for method in ("POST", "PUT", "DELETE")] == [405] * 3
