"""Every page of a centre with invented data says so."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from open12345.directory import packs
from open12345.directory.models import Staff
from open12345.directory.person import SYSTEM
from open12345.policy import Pack

from .conftest import NOW, Hire

MARK, NOTICE, PAPER = "模拟数据</button>", "人员、诉求和评价均为虚构", 'class="paper-only"'


def pages(client: Client) -> list[str]:
    return [client.get(path).content.decode() for path in ("/", reverse("directory:staff_list"), reverse("words"))]


@pytest.fixture
def reader(hire: Hire, sign_in: Callable[[Staff], Client]) -> Client:
    return sign_in(hire("security_admin"))


def test_pages_carry_the_mark_and_the_pack_own_words(loaded: Pack, reader: Client, client: Client) -> None:
    assert all(MARK in page and NOTICE in page for page in pages(reader))
    assert all(PAPER in page and "ui/invented.css" in page for page in pages(reader)), "on paper the bar is not there"
    door = client.get("/accounts/login/").content.decode()
    assert NOTICE in door
    assert "模拟数据</span>" in door.partition("<form")[0], "beside the name of the centre"


def test_a_centre_without_invented_data_carries_none(db: None, pack: Pack, reader: Client, client: Client) -> None:
    honest = Pack.model_validate(pack.model_dump(mode="json") | {"synthetic": False})
    packs.load_pack(honest, effective_from=NOW, by=SYSTEM, at=NOW)

    assert not any(MARK in page or NOTICE in page or PAPER in page for page in pages(reader))
    assert NOTICE not in client.get("/accounts/login/").content.decode()
