"""Models are pulled from a real server on this machine that breaks off, lies and changes its files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from models import published
from models.errors import ModelError
from models.fetch import Patience, pull
from models.published import PublishedModel
from suifang import cli
from tests.fakes.file_server import Behaviour, file_server

pytestmark = pytest.mark.integration

NET = bytes(range(256)) * 4_000
TOKENS = b"<blk> 0\n"
QUICK = Patience(tries=2, wait_s=0.0, timeout_s=2.0)
LIST = """
hub: http://127.0.0.1:9
models:
  small:
    engine: sherpa-onnx
    kind: sense-voice
    about: for tests
    licence: none
    id: maker/small
    revision: main
    files:
      model: {file: net.onnx, size: 1000000}
      tokens: {file: tokens.txt, size: 8}
"""


@pytest.fixture
def behaviour() -> Behaviour:
    return Behaviour({"net.onnx": NET, "tokens.txt": TOKENS})


@pytest.fixture
def list_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "published.yaml"
    path.write_text(LIST, "utf-8")
    monkeypatch.setattr(published, "LIST", path)
    return path


@pytest.fixture
def model(behaviour: Behaviour, list_file: Path) -> Iterator[PublishedModel]:
    with file_server(behaviour) as base:
        yield published.find("small", published.published(base, list_file))


class Shown:
    """Keeps the progress."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, int, int]] = []

    def __call__(self, file: str, have: int, total: int) -> None:
        self.steps.append((file, have, total))


def fetch(model: PublishedModel, folder: Path) -> Shown:
    shown = Shown()
    pull(model, folder, shown, patience=QUICK)
    return shown


def refusal(model: PublishedModel, folder: Path) -> ModelError:
    with pytest.raises(ModelError) as caught:
        fetch(model, folder)
    assert caught.value.remedy
    return caught.value


def test_a_pull_brings_and_pins_every_file(model: PublishedModel, behaviour: Behaviour, tmp_path: Path) -> None:
    shown = fetch(model, tmp_path)
    assert (tmp_path / "small/net.onnx").read_bytes() == NET
    assert shown.steps[-1] == ("tokens.txt", 8, 8)
    assert published.state(model, tmp_path) is published.State.PULLED
    assert published.verify(model, tmp_path)["net.onnx"].sha256 == hashlib.sha256(NET).hexdigest()
    behaviour.asked.clear()
    fetch(model, tmp_path)
    assert not behaviour.asked, "what is there is not fetched again"
    assert not list(tmp_path.glob("small/*.part*"))


def test_a_broken_transfer_goes_on_where_it_stopped(
    model: PublishedModel, behaviour: Behaviour, tmp_path: Path
) -> None:
    behaviour.break_after = [300_000, 300_000]
    fetch(model, tmp_path)
    assert (tmp_path / "small/net.onnx").read_bytes() == NET
    assert [span for _, span in behaviour.asked] == [None, "bytes=300000-", "bytes=600000-", None]


def test_a_pull_given_up_is_resumed_by_the_next(model: PublishedModel, behaviour: Behaviour, tmp_path: Path) -> None:
    behaviour.break_after = [300_000, 0, 0, 0]
    assert refusal(model, tmp_path).code == "model.broken-off"
    assert published.state(model, tmp_path) is published.State.PARTIAL
    behaviour.break_after, behaviour.asked = [], []
    fetch(model, tmp_path)
    assert behaviour.asked[0][1] == "bytes=300000-"
    assert (tmp_path / "small/net.onnx").read_bytes() == NET


@pytest.mark.parametrize("change", ["no ranges", "other version"])
def test_what_cannot_be_resumed_is_begun_anew(
    model: PublishedModel, behaviour: Behaviour, tmp_path: Path, change: str
) -> None:
    behaviour.break_after = [300_000, 0, 0, 0]
    refusal(model, tmp_path)
    behaviour.break_after = []
    if change == "no ranges":
        behaviour.ranges = False
    else:
        behaviour.etag, behaviour.files["net.onnx"] = '"2"', NET[::-1]
    fetch(model, tmp_path)
    assert (tmp_path / "small/net.onnx").read_bytes() == behaviour.files["net.onnx"]


def test_a_server_that_announces_more_than_it_sends(
    model: PublishedModel, behaviour: Behaviour, tmp_path: Path
) -> None:
    behaviour.announce_more = 10
    assert refusal(model, tmp_path).code == "model.broken-off"
    assert not (tmp_path / "small/net.onnx").exists()


def test_a_server_that_announces_less_than_there_is(
    model: PublishedModel, behaviour: Behaviour, tmp_path: Path
) -> None:
    behaviour.announce_more = -600_000
    assert refusal(model, tmp_path).code == "model.not-the-file"
    assert published.state(model, tmp_path) is published.State.ABSENT


def test_a_login_page_is_not_a_model(model: PublishedModel, behaviour: Behaviour, tmp_path: Path) -> None:
    behaviour.files["net.onnx"] = b"<html>please log in</html>"
    assert refusal(model, tmp_path).code == "model.not-the-file"
    assert not list(tmp_path.glob("small/*.part"))


def test_a_changed_file_is_refused_once_pinned(model: PublishedModel, behaviour: Behaviour, tmp_path: Path) -> None:
    fetch(model, tmp_path)
    (tmp_path / "small/net.onnx").unlink()
    behaviour.files["net.onnx"] = NET[::-1]
    assert refusal(model, tmp_path).code == "model.checksum"
    assert not list(tmp_path.glob("small/net*"))
    behaviour.files["net.onnx"] = NET
    fetch(model, tmp_path)
    published.verify(model, tmp_path)


def test_a_damaged_file_is_noticed(model: PublishedModel, tmp_path: Path) -> None:
    fetch(model, tmp_path)
    (tmp_path / "small/net.onnx").write_bytes(NET[:-1] + b"x")
    with pytest.raises(ModelError) as caught:
        published.verify(model, tmp_path)
    assert caught.value.code == "model.damaged"
    assert refusal(model, tmp_path).code == "model.checksum"


def test_copied_files_need_no_line(model: PublishedModel, behaviour: Behaviour, tmp_path: Path) -> None:
    home = tmp_path / "small"
    home.mkdir()
    (home / "net.onnx").write_bytes(NET)
    (home / "tokens.txt").write_bytes(TOKENS)
    with pytest.raises(ModelError) as caught:
        published.verify(model, tmp_path)
    assert caught.value.code == "model.not-pinned"
    fetch(model, tmp_path)
    assert not behaviour.asked
    published.verify(model, tmp_path)


@pytest.mark.parametrize(
    ("status", "code"), [(404, "model.refused"), (403, "model.refused"), (503, "model.broken-off")]
)
def test_refusals_of_the_server(
    model: PublishedModel, behaviour: Behaviour, tmp_path: Path, status: int, code: str
) -> None:
    behaviour.status = status
    assert refusal(model, tmp_path).code == code


def test_no_line_is_one_clear_error(list_file: Path, tmp_path: Path) -> None:
    model = published.find("small", published.published(path=list_file))
    error = refusal(model, tmp_path)
    assert error.code == "model.offline"
    assert "copy the files" in error.remedy


def test_a_second_pull_waits_its_turn(model: PublishedModel, tmp_path: Path) -> None:
    codes = []

    def during(*_: object) -> None:
        codes.append(refusal(model, tmp_path).code)

    pull(model, tmp_path, during, patience=QUICK)
    assert set(codes) == {"model.busy"}


def test_a_pull_can_be_stopped_and_resumed(model: PublishedModel, behaviour: Behaviour, tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        pull(model, tmp_path, lambda *_: None, stopped=lambda: True, patience=QUICK)
    assert caught.value.code == "model.stopped"
    fetch(model, tmp_path)


def test_the_commands(
    model: PublishedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    base = model.source.removesuffix("/maker/small")
    monkeypatch.setenv("SUIFANG_MODEL_HUB", base)
    monkeypatch.setenv("SUIFANG_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("suifang.commands.models.check", lambda: ())
    assert cli.main(["models", "pull", "small"]) == 0
    out, err = capsys.readouterr()
    assert "SUIFANG_RECOGNIZER_MODEL=small" in out
    assert "100%" in err
    assert cli.main(["models", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["published"][0]["state"] == "pulled"
    assert cli.main(["models", "verify", "small", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 2
    assert cli.main(["models", "pull", "large"]) == 2
    assert "small" in capsys.readouterr().err
    (tmp_path / "models/small/tokens.txt").unlink()
    monkeypatch.setenv("SUIFANG_MODEL_HUB", "http://127.0.0.1:9")
    assert cli.main(["models", "pull", "small"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_list_of_the_project_can_be_read() -> None:
    models = published.published()
    assert {model.engine for model in models} == {"sherpa-onnx", "faster-whisper"}
    assert all(model.licence and model.about_bytes > 1_000_000 for model in models)
    assert all(file.url.startswith("https://") for model in models for file in model.files)
