"""Files that a record or an application names are files of that very order, seen by whoever names them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from open12345.orders import attachments
from open12345.orders.attachments import Upload
from open12345.orders.change import Change
from open12345.orders.evidence import check_form
from open12345.orders.lifecycle import ACTIONS
from open12345.policy.applications import EvidenceField
from tests.cast import CONTACT, Town
from tests.orders.files import png
from tests.orders.walks import clerk, dispatched, refused, signed

pytestmark = pytest.mark.function("HAN-03", "HAN-20")
ARRIVED = {"people": "队员两名", "found": "摊贩七处"}


def file_of(town: Town, number: str, who: str, purpose: str = "photo") -> int:
    upload = Upload("现场.png", purpose, [png()])
    return int(attachments.add(number, upload, by=town.person(who), at=town.now).attachment.pk)


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("arrive", lambda pk: {**ARRIVED, "photos": [pk]}),
        ("contact", lambda pk: {**CONTACT, "recording": pk}),
    ],
)
def test_a_file_of_another_order_cannot_be_named(
    town: Town, action: str, said: Callable[[int], dict[str, Any]]
) -> None:
    mine, other = signed(town), signed(town)
    field = {"arrive": "photos", "contact": "recording"}[action]
    strange = file_of(town, other, clerk())
    for pk in (strange, strange + 1000, 0, -1):
        assert refused(town, clerk(), mine, action, said(pk)) == {(field, "no_such_file")}
    town.do(clerk(), mine, action, said(file_of(town, mine, clerk())))


def test_what_a_handler_may_not_see_cannot_be_named_either(town: Town) -> None:
    """Of a confidential order, the centre's files are not the handlers'."""
    number = dispatched(town, confidential=True)
    town.do(clerk(), number, "sign")
    hidden = file_of(town, number, "agent")
    assert refused(town, clerk(), number, "arrive", {**ARRIVED, "photos": [hidden]}) == {("photos", "no_such_file")}
    own = file_of(town, number, clerk(), "leader_signed")
    town.do(clerk(), number, "arrive", {**ARRIVED, "photos": [own]})


@pytest.mark.parametrize(
    ("named", "fine"),
    [
        (lambda own, other: [own], True),
        (lambda own, other: str(own), True),
        (lambda own, other: [own, other], False),
        (lambda own, other: [str(other)], False),
        (lambda own, other: [True], False),
        (lambda own, other: ["9" * 40], False),
        (lambda own, other: ["一"], False),
    ],
)
def test_evidence_names_files_of_its_order(town: Town, named: Callable[[int, int], Any], fine: bool) -> None:
    mine, other = signed(town), signed(town)
    form = (
        EvidenceField(code="scan", title="扫描件", type="attachment"),
        EvidenceField(code="rows", title="清单", type="rows", required=False, fields=(
            EvidenceField(code="scan", title="扫描件", type="attachment"),)),
    )  # fmt: skip
    own, strange = file_of(town, mine, clerk()), file_of(town, other, clerk())
    value = named(own, strange)
    change = Change(town.order(mine), ACTIONS["apply"], town.person(clerk()), town.now, town.pack, 1)
    found = list(check_form(form, {"scan": value, "rows": [{"scan": value}]}, "evidence", change))
    assert [problem.field for problem in found] == ([] if fine else ["evidence.scan", "evidence.rows"])
