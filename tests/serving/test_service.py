"""The service, asked by a real client: what it answers, refuses, and does while warehouses are published."""

import asyncio
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import duckdb
import pytest
import requests
from conftest import ROOT, Study

from models_py.publishing import building
from models_py.serving.loopback import listening
from models_py.serving.saved import models_folder

CLIENTS, PUBLICATIONS = 20, 3


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Service:
    """A running service on a copy of the demo's warehouse."""

    def __init__(self, demo: Study, folder: Path) -> None:
        self.warehouse = folder / demo.warehouse.name
        shutil.copy(demo.warehouse, self.warehouse)
        shutil.copytree(models_folder(demo.warehouse), models_folder(self.warehouse))
        self.port = free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "models_py", "serve", "--port", str(self.port)],
            cwd=ROOT,
            env={**demo.environment, "PATH": "", "WAREHOUSE": str(self.warehouse)},
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(600):
            assert self.process.poll() is None, self.process.stderr.read()
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except ConnectionRefusedError:
                time.sleep(0.1)
        raise AssertionError("the service does not listen")

    def get(self, path: str, **asked: object) -> requests.Response:
        """Ask."""
        return requests.get(f"http://127.0.0.1:{self.port}{path}", params=asked, timeout=60)

    def fold_in(self, body: object) -> requests.Response:
        """Post a body, as JSON if it is no text."""
        text = body if isinstance(body, str) else json.dumps(body)
        headers = {"content-type": "application/json"}
        return requests.post(f"http://127.0.0.1:{self.port}/fold-in", text, headers=headers, timeout=60)

    def query(self, sql: str) -> list[tuple]:
        """Read the published file."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def publish(self, mark: str) -> None:
        """Publish a warehouse in which every served list, and everything that is likened, bears a mark."""
        with building(self.warehouse) as working, duckdb.connect(str(working)) as connection:
            connection.execute("update marts.served_recommendations set model_name = ?", [mark])
            connection.execute("update marts.similar_items set model_name = ?", [mark])

    def wait_for(self, mark: str) -> None:
        """Ask until a publication is served."""
        for _ in range(600):
            if self.get("/recommendations/user_000005").json()["model_name"] == mark:
                return
            time.sleep(0.1)
        raise AssertionError(f"{mark} is not served")


@pytest.fixture(scope="module")
def service(demo: Study, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    running = Service(demo, tmp_path_factory.mktemp("service"))
    yield running
    running.process.terminate()
    assert running.process.wait(30) is not None


def test_a_stored_list_is_the_tables(service: Service) -> None:
    answer = service.get("/recommendations/user_000005", item_type="track", length=5, because=True).json()
    rows = service.query(
        "select rank, item_id, item_name, artist_name, score, model_name from marts.served_recommendations "
        "where user_id = 'user_000005' and item_type = 'track' and task = 'discovery' and rank <= 5 order by rank"
    )
    assert [(i["rank"], i["item_id"], i["item_name"], i["artist_name"], i["score"]) for i in answer["items"]] == [
        row[:5] for row in rows
    ]
    assert {row[5] for row in rows} == {answer["model_name"]}
    for item in answer["items"]:
        assert sum(reason["contribution"] for reason in item["reasons"]) == pytest.approx(item["score"], rel=1e-6)
        assert item["reasons"][-1]["item_name"] is None and len(item["reasons"]) > 1


def test_the_command_line_prints_the_same(service: Service, demo: Study) -> None:
    answer = service.get("/recommendations/user_000007", item_type="artist", length=3, because=True).json()
    asked = ("recommend", "--user", "user_000007", "--item-type", "artist", "--length", "3", "--because", "--json")
    assert json.loads(demo.call(*asked).stdout) == [answer]


def test_one_recommendation_is_explained_by_name_or_id(service: Service) -> None:
    first = service.get("/recommendations/user_000005", length=1, because=True).json()["items"][0]
    for item in (first["item_name"].upper(), str(first["item_id"])):
        assert service.get("/explain", user="user_000005", item=item).json() == first
    other = service.query(
        "select item_id from marts.user_item_plays where user_id = 'user_000005' and item_type = 'artist'"
    )
    refused = service.get("/explain", user="user_000005", item=other[0][0])
    assert refused.status_code == 404 and "not among the first 20" in refused.json()["detail"]


def test_what_is_alike_is_the_tables(service: Service) -> None:
    (item, name), *_ = service.query(
        "select item_id, item_name from marts.similar_items "
        "where item_type = 'artist' and is_served order by item_id limit 1"
    )
    rows = service.query(
        "select rank, similar_item_id, similarity from marts.similar_items "
        f"where item_type = 'artist' and is_served and item_id = {item} and rank <= 4 order by model_name, rank"
    )
    answer = service.get("/similar", item=name, length=4).json()
    assert [(one["rank"], one["item_id"], one["similarity"]) for one in answer] == rows


def test_somebody_new_gets_the_list_of_who_plays_the_same(service: Service) -> None:
    plays = service.query(
        "select a.artist_name, p.play_count from marts.user_item_plays as p "
        "inner join marts.artists as a on p.item_id = a.artist_id "
        "where p.user_id = 'user_000005' and p.item_type = 'artist'"
    )
    body = {"plays": [{"artist": f" {artist.upper()}", "plays": count} for artist, count in plays], "length": 10}
    answer = service.fold_in(body)
    assert answer.status_code == 200
    found = answer.json()
    assert found["known_plays"] > 0.9 and found["basis"] == "folded in"
    played = {artist for artist, _ in plays}
    assert len(found["items"]) == 10 and not played & {item["item_name"] for item in found["items"]}
    for item in found["items"]:
        assert sum(reason["contribution"] for reason in item["reasons"]) == pytest.approx(item["score"], rel=1e-6)


@pytest.mark.parametrize(
    ("path", "asked", "status", "sentence"),
    [
        ("/recommendations/nobody", {}, 404, "There is no user 'nobody'"),
        ("/recommendations/user_000005", {"length": 0}, 422, "length: Input should be greater than or equal to 1"),
        ("/recommendations/user_000005", {"item_type": "album"}, 422, "item_type: Input should be 'track' or 'artist'"),
        ("/recommendations/user_000005", {"task": "new_artists"}, 404, "no list of artists for task 'new_artists'"),
        ("/similar", {}, 422, "item: Field required"),
        ("/similar", {"item": "nobody of the sort"}, 404, "the closest names are: "),
        ("/nothing", {}, 404, "Not Found"),
    ],
)
def test_bad_questions_are_refused_in_a_sentence(
    service: Service, path: str, asked: dict, status: int, sentence: str
) -> None:
    answer = service.get(path, **asked)
    assert answer.status_code == status
    assert sentence in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("no json", 422),
        ({"plays": []}, 422),
        ({"plays": [{"artist": ""}]}, 422),
        ({"plays": [{"artist": "A", "plays": -1}]}, 422),
        ({"plays": [{"artist": "nobody whom the catalogue knows"}]}, 404),
        ("[" * (10 * 2**20 + 1), 413),
    ],
)
def test_bad_plays_are_refused(service: Service, body: object, status: int) -> None:
    answer = service.fold_in(body)
    assert answer.status_code == status
    assert answer.json()["detail"]


def test_only_this_machine_is_answered(service: Service) -> None:
    answer = requests.get(f"http://127.0.0.1:{service.port}/openapi.json", headers={"host": "example.org"}, timeout=60)
    assert answer.status_code == 400
    for address in {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}:
        if not address.startswith("127."):
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection((address, service.port))


def test_the_page_and_the_schema_name_every_path_and_no_other_machine(service: Service) -> None:
    paths = service.get("/openapi.json").json()["paths"]
    assert set(paths) == {"/recommendations/{user}", "/explain", "/similar", "/fold-in"}
    page = service.get("/").text
    assert all(path in page for path in paths)
    assert "http" not in page and "src=" not in page


def test_no_answer_waits_for_an_acknowledgement() -> None:
    async def nodelay() -> int:
        accepted = asyncio.get_running_loop().create_future()
        with listening(0) as own:
            server = await asyncio.start_server(lambda _, writer: accepted.set_result(writer), sock=own)
            async with server:
                _, client = await asyncio.open_connection(*own.getsockname())
                connection = await accepted
                found = connection.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
                for end in (client, connection):
                    end.close()
        return found

    assert asyncio.run(nodelay())


def test_a_taken_port_is_said(service: Service, demo: Study) -> None:
    result = demo.run("serve", "--port", str(service.port))
    assert result.returncode == 1
    assert f"Port {service.port} cannot be used" in result.stderr


def test_lists_for_many_at_once_are_those_of_one_after_the_other(service: Service) -> None:
    artists = [
        name for (name,) in service.query("select artist_name from marts.artists order by play_count desc limit 60")
    ]
    bodies = [{"plays": [{"artist": artist} for artist in artists[start : start + 15]]} for start in range(0, 45, 3)]
    alone = [service.fold_in(body).json() for body in bodies]
    with ThreadPoolExecutor(len(bodies)) as pool:
        assert list(pool.map(lambda body: service.fold_in(body).json(), bodies)) == alone
    assert len({json.dumps(answer["items"]) for answer in alone}) > 1


def test_publications_lose_no_request_and_mix_nothing(demo: Study, tmp_path: Path) -> None:
    running, stop = Service(demo, tmp_path), Event()
    ((likened,),) = running.query(
        "select item_id from marts.similar_items where item_type = 'artist' and is_served order by item_id limit 1"
    )
    questions = [
        "/recommendations/user_000005?length=100",
        "/recommendations/user_000007?item_type=track&because=true",
        f"/similar?item={likened}",
    ]

    def ask(client: int) -> list[tuple[str, str]]:
        seen = []
        with requests.Session() as session:
            session.trust_env = False
            while not stop.is_set():
                path = questions[client % len(questions)]
                answer = session.get(f"http://127.0.0.1:{running.port}{path}", timeout=60)
                assert answer.status_code == 200, answer.text
                body = answer.json()
                names = {one["model_name"] for one in (body if isinstance(body, list) else [body])}
                seen += [(answer.headers["x-publication"], name) for name in names]
        return seen

    with ThreadPoolExecutor(CLIENTS) as pool:
        clients = [pool.submit(ask, client) for client in range(CLIENTS)]
        try:
            for number in range(PUBLICATIONS):
                running.publish(f"publication {number}")
                running.wait_for(f"publication {number}")
        finally:
            stop.set()
        seen = {pair for client in clients for pair in client.result()}
    running.process.terminate()
    running.process.wait(30)
    # what was before the first publication bears the models' own names
    marked = {(version, mark) for version, mark in seen if mark.startswith("publication")}
    versions = [version for version, _ in marked]
    assert len(versions) == len(set(versions)) == PUBLICATIONS
    assert not {version for version, mark in seen - marked} & set(versions)


def test_a_file_that_cannot_be_read_is_not_taken_and_the_next_one_is(demo: Study, tmp_path: Path) -> None:
    running = Service(demo, tmp_path)
    before = running.get("/recommendations/user_000005").json()
    published = running.warehouse.read_bytes()
    (tmp_path / "other").write_text("no warehouse at all")
    (tmp_path / "other").replace(running.warehouse)
    time.sleep(2)
    assert running.get("/recommendations/user_000005").json() == before
    (tmp_path / "other").write_bytes(published)
    (tmp_path / "other").replace(running.warehouse)
    running.publish("publication")
    running.wait_for("publication")
    running.process.terminate()
    running.process.wait(30)
    assert running.process.stderr.read().count("The warehouse from before is served on") == 1
