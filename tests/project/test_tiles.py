"""Tiles under maps: one host that the operator names, and the policy opens for it alone."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from open12345.project.security import POLICY, policy
from open12345.project.tiles import tile_url

TILES = "https://t0.tianditu.gov.cn/vec_w/wmts?x={x}&y={y}&z={z}&tk=key"


def images(said: str) -> list[str]:
    found = re.search(r"img-src ([^;]*);", said)
    assert found is not None
    return found[1].split()


@pytest.mark.django_db
def test_without_tiles_the_policy_names_no_other_host(client: Client) -> None:
    assert images(POLICY) == ["'self'", "data:", "blob:"]
    assert "http" not in client.get("/healthz").headers["Content-Security-Policy"]


def test_the_host_of_the_tiles_is_opened_for_images_and_nothing_else() -> None:
    opened = policy(tile_url(TILES))

    assert images(opened) == [*images(POLICY), "https://t0.tianditu.gov.cn"]
    assert opened.replace(" https://t0.tianditu.gov.cn", "") == POLICY


def test_a_port_belongs_to_the_host() -> None:
    assert images(policy(tile_url("http://tiles.lan:8080/{z}/{x}/{y}.png")))[-1] == "http://tiles.lan:8080"


@pytest.mark.parametrize(
    "said",
    [
        "tiles",
        "//host/{z}/{x}/{y}",
        "ftp://host/{z}/{x}/{y}",
        "https://host/{z}/{x}",
        "https://t{s}.host/{z}/{x}/{y}",
        "https://a;script-src/{z}/{x}/{y}",
        "https://a b/{z}/{x}/{y}",
        "https://*/{z}/{x}/{y}",
        "https://user:secret@host/{z}/{x}/{y}",
        "https://host:port/{z}/{x}/{y}",
        "https://例子.cn/{z}/{x}/{y}",
        "https://[::1/{z}/{x}/{y}",
        'https://a"b/{z}/{x}/{y}',
        "https://host\n/{z}/{x}/{y}",
    ],
)
def test_what_is_no_one_host_is_refused_at_the_start(said: str) -> None:
    with pytest.raises(ImproperlyConfigured):
        tile_url(said)


def test_nothing_said_is_no_tiles() -> None:
    assert tile_url(" ") == ""
