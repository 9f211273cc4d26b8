"""Files travel through the API: examined, listed, fetched safely, by those who may see the order."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from open12345.orders import vault, virus
from open12345.orders.models import Attachment
from tests.api.callers import V1, Caller, machine, person
from tests.api.test_orders import handed_out, taken
from tests.api.test_refusals import fields, problem
from tests.orders import files
from tests.orders.scanner_double import daemon

pytestmark = [pytest.mark.function("API-01"), pytest.mark.function("HAN-20")]


@pytest.fixture(autouse=True)
def _home(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vault.provider()  # keys stay where they are
    settings.OPEN12345_HOME = tmp_path
    monkeypatch.delenv(virus.VARIABLE, raising=False)


def address(caller: Caller, number: str, name: str = "现场.png", data: bytes | None = None) -> str:
    answer = caller.upload(number, name, data if data is not None else files.png())
    assert answer.status_code == 201, answer.content.decode()
    return str(answer.json()["url"]).removeprefix(V1)


def test_a_file_goes_in_and_comes_out_as_it_was(centre: Caller, unit: Caller) -> None:
    number = handed_out(centre)
    data = b"%PDF-1.4\n" + bytes(range(256)) * 20_000  # beyond what Django keeps in memory
    answer = unit.upload(number, "处置证明.pdf", data, purpose="document")
    told = answer.json()
    assert (told["filename"], told["size"], told["virus_checked"]) == ("处置证明.pdf", len(data), False)
    (listed,) = centre.get(f"/orders/{number}/attachments").json()["attachments"]
    assert listed == {name: told[name] for name in listed}
    fetched = centre.get(told["url"].removeprefix(V1))
    assert fetched.getvalue() == data
    assert fetched["Content-Length"] == str(len(data))


def test_a_fetched_file_can_do_nothing_in_a_browser(centre: Caller) -> None:
    answer = centre.get(address(centre, taken(centre), "现场 照片.png"))
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(("name", "shown"), [("a.png", "inline"), ("a.pdf", "attachment"), ("a.txt", "attachment")])
def test_pictures_alone_are_shown_in_a_page(centre: Caller, name: str, shown: str) -> None:
    path = address(centre, taken(centre), name, files.GOOD[name])
    assert centre.get(path, {"inline": "true"})["Content-Disposition"].startswith(shown)
    assert centre.get(path)["Content-Disposition"].startswith("attachment")


def test_sent_again_the_file_is_there_once(centre: Caller) -> None:
    number = taken(centre)
    first, again = (centre.upload(number, "a.png", files.png(), Idempotency_Key="x") for _ in range(2))
    assert first.content == again.content
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    assert Attachment.objects.count() == 1


def test_to_a_stranger_no_file_exists(centre: Caller, stranger: Caller) -> None:
    path = address(centre, handed_out(centre))
    answers = [stranger.get(path), stranger.get(f"/attachments/{uuid.uuid4()}"), stranger.get("/attachments/x")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert person("clerk.market").get(path).status_code == 404
    assert Caller().get(path).status_code == 401


def test_handlers_of_a_confidential_order_do_not_see_the_callers_files(centre: Caller, unit: Caller) -> None:
    number = handed_out(centre, confidential=True)
    path = address(centre, number)
    assert unit.get(path).status_code == 404
    assert unit.get(f"/orders/{number}/attachments").json()["attachments"] == []
    own = address(unit, number, data=files.png(9, 9))
    assert unit.get(own).status_code == 200


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.exe", b"MZ", "type"),
        ("a.png", files.jpeg(), "mismatch"),
        ("a.png", files.png(90_000, 90_000), "bomb"),
        ("a.docx", files.lying_zip(), "damaged"),
        ("a.doc", files.ole("WordDocument", "_VBA_PROJECT"), "macro"),
        ("a.txt", b"", "empty"),
    ],
)
def test_a_file_that_is_not_taken_is_told_why(centre: Caller, name: str, data: bytes, code: str) -> None:
    number = taken(centre)
    said = problem(centre.upload(number, name, data), 422, "refused")
    (error,) = said["errors"]
    assert (error["field"], error["code"]) in {("file", code), ("file", "bomb")}
    assert not Attachment.objects.exists()


def test_an_infected_file_is_refused(centre: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    number = taken(centre)
    with daemon() as clamd:
        monkeypatch.setenv(virus.VARIABLE, clamd.address)
        said = problem(centre.upload(number, "a.txt", files.EICAR), 422, "refused")
        assert said["errors"][0]["code"] == "virus"
        assert centre.upload(number, "a.txt", "好".encode()).json()["virus_checked"] is True
        assert centre.get("/pack").json()["attachments"]["virus_check"] is True
    answer = centre.upload(number, "b.txt", b"more")
    problem(answer, 503, "scanner_away")
    assert answer["Retry-After"]


def test_a_form_without_a_file_or_with_two_is_told(centre: Caller) -> None:
    number = taken(centre)
    path = f"{V1}/orders/{number}/attachments"
    two = {"file": SimpleUploadedFile("a.png", b"x"), "other": SimpleUploadedFile("b.png", b"x"), "purpose": "photo"}
    for form in ({"purpose": "photo"}, two, {"file": "text", "purpose": "photo"}):
        answer = centre.client.post(path, form, headers=centre.headers)
        assert fields(problem(answer, 422, "refused")) == {"file"}
    for body in (b"", b"nonsense", b"--abc\r\n", b'--abc\r\nContent-Disposition: form-data; name="file"'):
        answer = centre.client.post(
            path, body or b"-", content_type="multipart/form-data; boundary=abc", headers=centre.headers
        )
        assert answer.status_code in {400, 422}
    answer = centre.client.post(path, b"x", content_type="multipart/form-data", headers=centre.headers)
    problem(answer, 400, "malformed")


def test_a_purpose_that_the_pack_does_not_know_is_named(centre: Caller) -> None:
    said = problem(centre.upload(taken(centre), "a.png", files.png(), purpose="fun"), 422, "refused")
    assert fields(said) == {"purpose"}


def test_one_who_only_reads_brings_nothing(centre: Caller) -> None:
    answer = machine("analyst@centre").upload(taken(centre), "a.png", files.png())
    problem(answer, 403, "not_allowed")
