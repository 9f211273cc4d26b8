"""A caller's data stays sealed: at rest, on every page, and for good once the person is erased."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
import typer
from django.apps import apps
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker
from typer.testing import CliRunner

from open12345.directory import access
from open12345.directory.models import AccessLog
from open12345.directory.person import Person
from open12345.orders import attachments, cli, history, invariants, privacy, queries, requesters, watch
from open12345.orders.attachments import Upload
from open12345.orders.errors import Conflict, NotAllowed, NotFound, Refused
from open12345.orders.models import Event, Record, WorkOrder
from open12345.orders.privacy import Erased
from open12345.orders.requesters import Who
from tests.cast import ANSWER, CONTACT, HEARD, MORNING, REPORT, Town, jiuting
from tests.orders.files import png

NAME, PHONE, ID, ADDRESS = "欧阳若昀", "13817654321", "310117198503072818", "涞寅路1288弄36号502室"
WHO = {"name": NAME, "phone": PHONE, "id_number": ID, "address": ADDRESS}
#: The person's data as people type it into any field; MARK shows that the field was stored at all.
MARK = "傍晚摊贩很多"
SAID = f"{NAME}说{MARK}，电话{PHONE}，证件{ID}"
SPELLED = ("+86 138 1765 4321", "138-1765-4321", "１３８１７６５４３２１", "0086-13817654321", "013817654321")
UNIT = "clerk.enforcement"
APPROVER = "approver.enforcement"
EXTENSION = {"kind": "extension", "reason": "works", "explanation": SAID, "evidence": {"plan": SAID}, "limit": "2 wd"}


def told(town: Town, **said: Any) -> str:
    """An order on which the caller's data was typed into every free text on the way to the archive."""
    number = town.register(**WHO, body=f"{SAID}。{SPELLED[1]}", title=SAID, **said)
    steps: list[tuple[str, str, dict[str, Any]]] = [
        ("agent", "urge", {"text": SAID}),
        ("agent", "split", {"parts": [{"body": f"{SAID}，路灯不亮", "title": SAID, "category": "B03"}]}),
        ("dispatcher", "dispatch", {"lead": "enforcement", "reason": SAID}),
        ("dispatcher", "take_back", {"reason": SAID}),
        ("dispatcher", "dispatch", {"lead": "enforcement", "reason": SAID, "responsibility": "designated"}),
        (UNIT, "sign", {}),
        (UNIT, "note", {"text": SAID}),
        (UNIT, "unmask", {"reason": SAID}),
        (UNIT, "contact", {**CONTACT, "note": SAID}),
        (UNIT, "arrive", {"people": NAME, "place": SAID, "found": SAID}),
        (UNIT, "ask_verifier", {"unit": "market", "question": SAID}),
        ("clerk.market", "sign", {}),
        ("clerk.market", "verify", {"text": SAID}),
        (UNIT, "apply", EXTENSION),
        (APPROVER, "grant", {"note": SAID}),
        ("dispatcher", "decline", {"note": SAID[:200]}),
        (UNIT, "answer", {**ANSWER, "text": f"{NAME}您好，{ANSWER['text']}", "warning_reason": SAID}),
        (
            UNIT,
            "submit_report",
            {**REPORT, "fact_explanation": f"{NAME}{MARK}。", "citizen_said": SAID, "site_people": SAID},
        ),
        ("reviewer", "send_back", {"reason": SAID}),
        (
            UNIT,
            "submit_report",
            {**REPORT, "demand_explanation": f"{NAME}{MARK}。", "clause": SAID, "warning_reason": SAID},
        ),
        ("reviewer", "pass_review", {"note": SAID}),
        ("callback_agent", "log_attempt", {"outcome": "no_answer", "note": SAID}),
        ("callback_agent", "close", {**HEARD, "wish": SAID}),
        ("supervisor", "reopen", {"reason": SAID, "lead": "enforcement"}),
    ]
    for by, action, values in steps:
        town.do(by, number, action, values)
    return number


def stored() -> dict[str, str]:
    """Everything in the database, table by table, as text; bytes in hexadecimal."""
    rows = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM \"{table}\" t")  # noqa: S608
            rows[str(table)] = str(cursor.fetchone()[0])
    return rows


def leaks(*secrets: str) -> list[tuple[str, str]]:
    """Return (table, secret) wherever a secret stands, as itself, escaped as in JSON, or as bytes."""
    found = []
    for table, text in stored().items():
        for secret in secrets:
            forms = (secret, json.dumps(secret)[1:-1], secret.encode().hex(), secret.encode("utf-16-le").hex())
            found += [(table, secret) for form in forms if form in text]
    return found


@pytest.fixture(scope="module")
def kept(settled: dict[str, Person], django_db_blocker: DjangoDbBlocker) -> str:
    with django_db_blocker.unblock():
        return told(Town(jiuting(), MORNING, settled))


@pytest.fixture
def number(kept: str, town: Town) -> str:
    town.now = WorkOrder.objects.get(number=kept).changed_at
    return kept


def events(number: str, action: str) -> int:
    return Event.objects.filter(order__number=number, action=action).count()


# -- at rest -------------------------------------------------------------------------------------------------


@pytest.mark.function("SEC-01")
def test_no_stored_row_names_the_caller(town: Town, number: str) -> None:
    order = town.order(number)
    upload = Upload(f"{NAME}{PHONE}.png", "photo", [png()])
    attachments.add(number, upload, by=town.person(UNIT), at=town.now)
    privacy.reveal(number, "requester", SAID, by=town.person("agent"), at=town.now)
    access.record("unmask", by=town.person("agent"), at=town.now, on=f"order:{number}", reason="核对")
    watch.index_words(order.pk)
    history.seal(town.now)
    assert leaks(NAME, PHONE, ID, ADDRESS, *(spelled[4:] for spelled in SPELLED)) == []
    assert requesters.open_requester(order.requester) == Who(**WHO)  # it is there, sealed


def test_a_phone_given_as_the_reference_of_a_call_is_masked_in_history(town: Town) -> None:
    order = town.register(**WHO)
    for reference, kept in ((PHONE, "138****4321"), ("REC-20250626-0007", "REC-20250626-0007")):
        town.do("agent", order, "urge", {"text": "昨天又来了", "call_ref": reference})
        assert Event.objects.filter(order__number=order, action="urge").latest("seq").facts["call"] == kept


def test_a_home_that_is_told_in_part_is_masked_and_the_place_of_the_problem_stays(town: Town) -> None:
    home = {**WHO, "address": f"松江区九亭镇{ADDRESS}"}
    said = "我住涞寅路1288弄36号，涞寅路1288弄门口堆满垃圾"
    order = town.order(town.register(**home, body=said, title="涞寅路1288弄36号502堆物"))
    assert (order.title, order.body) == ("涞寅路***堆物", "我住涞寅路***，涞寅路1288弄门口堆满垃圾")
    assert requesters.open_text(order).endswith(said)
    town.do("agent", order.number, "note", {"text": "住涞寅路1288弄36号502，晚上在家"})
    assert Record.objects.get(order=order).content == {"text": "住涞寅路***，晚上在家"}
    for place, kept in (("涞寅路1288弄36号", "涞寅路1288弄36号"), ("涞寅路1288弄36号502室", "涞寅路***")):
        assert town.order(town.register(**home, place=place)).place == kept


def test_the_search_through_the_rows_would_find_it(town: Town, number: str) -> None:
    tables = {table for table, _secret in leaks(MARK)}
    assert {"orders_workorder", "orders_record", "orders_event", "orders_application", "orders_assignment"} <= tables
    town.order(number).requester.__class__.objects.update(address=f"x{ADDRESS}".encode())
    assert leaks(ADDRESS) == [("orders_requester", ADDRESS)]
    assert "procrastinate_jobs" in {table for table, text in stored().items() if text}


def test_what_was_split_off_is_masked_by_the_first_callers_name(town: Town, number: str) -> None:
    part = WorkOrder.objects.get(number=Event.objects.get(action="split").facts["parts"][0])
    assert MARK in part.body
    assert NAME not in part.body + part.title
    assert "路灯不亮" in requesters.open_text(part)
    assert NAME in requesters.open_text(part)


def test_a_second_order_of_one_call_is_masked_by_the_first_callers_name(town: Town, number: str) -> None:
    second = town.register(same_call_as=number, name="", phone="", body=SAID, title="")
    assert leaks(NAME, PHONE) == []
    assert requesters.open_text(town.order(second)).endswith(SAID)


def test_a_draft_of_the_same_call_does_not_rewrite_the_first_orders_caller(town: Town) -> None:
    first = town.register(**WHO)
    said = {"same_call_as": first, "body": SAID}
    draft = town.create("save_draft", said).number
    for again in (said, {"body": SAID, "name": "王建国", "phone": "13812345678"}):
        town.do("agent", draft, "edit_draft", again)
        assert requesters.open_requester(town.order(first).requester) == Who(**WHO)


@pytest.mark.function("SEC-01")
@pytest.mark.parametrize("spelled", [PHONE, *SPELLED])
def test_a_caller_is_found_however_the_phone_is_spelled(town: Town, spelled: str) -> None:
    typed_so = town.register(**{**WHO, "phone": spelled.replace("4321", "4329").replace("４３２１", "４３２９")})
    other = town.register(name="王建国", phone="13817654320")
    for asked in (PHONE, *SPELLED):
        ours = asked.replace("4321", "4329").replace("４３２１", "４３２９")
        assert queries.by_phone(town.person("agent"), ours).get().number == typed_so
    assert queries.by_phone(town.person("agent"), "13817654320").get().number == other


@pytest.mark.parametrize("asked", ["", "无", "1381765432", "138****4321", "3817654321", "%"])
def test_a_part_of_a_phone_finds_nobody(town: Town, asked: str) -> None:
    town.register(**WHO)
    assert not queries.by_phone(town.person("agent"), asked).exists()


@pytest.mark.parametrize("word", [NAME, PHONE, ID, ADDRESS, PHONE[3:7]])
def test_words_do_not_find_what_is_masked(town: Town, number: str, word: str) -> None:
    watch.index_words(town.order(number).pk)
    agent = town.person("agent")
    assert queries.by_words(agent, MARK).get().number == number
    assert not queries.by_words(agent, word).exists()


def test_two_callers_with_the_same_data_share_no_sealed_value(town: Town) -> None:
    one, two = (town.order(town.register(**WHO)).requester for _ in range(2))
    for field in ("key", "name", "phone", "id_number", "address"):
        assert bytes(getattr(one, field)) != bytes(getattr(two, field))
    assert bytes(one.phone_index or b"") == bytes(two.phone_index or b"x")


def test_an_anonymous_caller_leaves_nothing(town: Town) -> None:
    order = town.order(town.register(**WHO, anonymous=True, body=SAID))
    assert requesters.open_requester(order.requester) == Who()
    assert order.requester.phone_index is order.requester.id_index is None
    assert leaks(NAME, PHONE, ID, ADDRESS) == []


# -- masked by default ---------------------------------------------------------------------------------------


@pytest.mark.function("SEC-02")
@pytest.mark.parametrize("who", ["agent", "dispatcher", UNIT, APPROVER, "supervisor", "reviewer"])
def test_everybody_sees_the_caller_masked(town: Town, number: str, who: str) -> None:
    order = queries.get_for(town.person(who), number)
    shown = privacy.shown_requester(order, town.person(who))
    assert (shown.phone, shown.id_number) == ("138****4321", "*" * 18)
    assert shown.name.startswith("欧")
    assert NAME not in shown.name
    assert shown.address.startswith("涞寅路")
    assert "1288弄" not in shown.address


@pytest.mark.function("SEC-02")
def test_free_text_and_records_are_masked_too(town: Town, number: str) -> None:
    order = town.order(number)
    read = [order.title, order.body, order.place]
    read += [json.dumps(r.content, ensure_ascii=False) for r in queries.records_of(order)]
    read += [json.dumps(e.facts, ensure_ascii=False) for e in queries.timeline(order)]
    assert len([text for text in read if MARK in text]) > 15
    assert [text for text in read if NAME in text or PHONE in text or ID in text] == []


# -- unmasking -----------------------------------------------------------------------------------------------


@pytest.mark.function("SEC-02")
@pytest.mark.parametrize("who", ["agent", "dispatcher", "callback_agent", "supervisor", UNIT, APPROVER])
def test_who_may_unmask_sees_the_caller_and_is_on_record(town: Town, number: str, who: str) -> None:
    before, person = events(number, "unmask"), town.person(who)
    shown = privacy.reveal(number, "requester", "约时间上门", by=person, at=town.now)
    assert shown == WHO
    event = Event.objects.filter(action="unmask").latest("seq")
    assert events(number, "unmask") == before + 1
    assert (event.actor, event.facts) == (person.id, {"reason": "约时间上门", "what": "requester"})


@pytest.mark.function("SEC-02")
def test_words_and_records_open_as_they_were_said(town: Town, number: str) -> None:
    agent = town.person("agent")
    assert SAID in privacy.reveal(number, "text", "核对", by=agent, at=town.now)["text"]
    opened = privacy.reveal(number, "records", "核对", by=agent, at=town.now)
    sealed = Record.objects.filter(order__number=number, sealed__isnull=False)
    assert set(opened) == {str(record.pk) for record in sealed}
    assert all(NAME in text for text in opened.values())


@pytest.mark.parametrize("reason", ["", "  ", "\u200b"])
def test_without_a_reason_nothing_is_opened(town: Town, number: str, reason: str) -> None:
    before = town.order(number).head_seq
    with pytest.raises(Refused) as caught:
        privacy.reveal(number, "requester", reason, by=town.person("agent"), at=town.now)
    assert [problem.field for problem in caught.value.problems] == ["reason"]
    assert town.order(number).head_seq == before


@pytest.mark.parametrize(
    ("who", "answer"),
    [
        ("reviewer", NotAllowed),
        ("clerk.market", NotAllowed),  # its share ended with the last round
        ("clerk.urban", NotFound),
        ("watcher", NotFound),
        ("system_admin", NotFound),
        ("security_admin", NotFound),
        ("audit_admin", NotFound),
    ],
)
@pytest.mark.parametrize("what", ["requester", "text", "records"])
def test_who_may_not_unmask_gets_nothing(town: Town, number: str, who: str, answer: type[Exception], what: str) -> None:
    before = town.order(number).head_seq
    with pytest.raises(answer) as caught:
        privacy.reveal(number, what, "想看看", by=town.person(who), at=town.now)
    assert all(secret not in str(vars(caught.value)) for secret in (NAME, PHONE, ID, ADDRESS))
    assert town.order(number).head_seq == before


@pytest.mark.function("SEC-02")
def test_the_act_is_on_record_before_a_letter_is_opened(
    town: Town, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, seen = events(number, "unmask"), []

    def opened(*_: object) -> str:
        seen.append(events(number, "unmask"))
        raise KeyboardInterrupt

    stub = SimpleNamespace(open_requester=opened, open_text=opened, box_of=opened)
    monkeypatch.setattr(privacy, "requesters", stub)
    for what in ("requester", "text", "records"):
        with pytest.raises(KeyboardInterrupt):
            privacy.reveal(number, what, "核对", by=town.person("agent"), at=town.now)
    assert seen == [before + 1, before + 2, before + 3]


# -- confidential --------------------------------------------------------------------------------------------


@pytest.mark.function("SEC-02")
def test_handlers_of_a_confidential_order_see_nothing_of_the_caller(town: Town) -> None:
    number = town.register(**WHO, body=SAID, confidential=True)
    town.do("dispatcher", number, "dispatch", {"lead": "enforcement"})
    town.do(UNIT, number, "sign")
    order = town.order(number)
    assert privacy.shown_requester(order, town.person("agent")).phone == "138****4321"
    for who in (UNIT, APPROVER):
        person = town.person(who)
        assert privacy.shown_requester(order, person) == Who()
        assert order not in queries.by_phone(person, PHONE)
        for what in ("requester", "text", "records"):
            with pytest.raises(NotAllowed, match="保密"):
                privacy.reveal(number, what, "要联系", by=person, at=town.now)
    for action, said in (("contact", CONTACT), ("answer", ANSWER)):
        with pytest.raises(NotAllowed, match="保密"):
            town.do(UNIT, number, action, said)
    assert order in queries.by_phone(town.person("agent"), PHONE)
    assert privacy.reveal(number, "requester", "代为联系", by=town.person("agent"), at=town.now) == WHO


def test_a_handler_cannot_try_out_the_hidden_digits_of_a_phone(town: Town) -> None:
    number = town.register(**WHO)
    town.do("dispatcher", number, "dispatch", {"lead": "enforcement"})
    assert number in queries.by_phone(town.person("dispatcher"), PHONE).values_list("number", flat=True)
    assert not queries.by_phone(town.person(UNIT), PHONE).exists()


# -- erased --------------------------------------------------------------------------------------------------


#: The same person under a phone of which no other story knows.
SHE = {**WHO, "phone": "13917654322"}


def erase(town: Town, phone: str = PHONE, reason: str = "本人申请") -> Erased:
    return privacy.erase_person(phone, reason, by=town.person("security_admin"), at=town.now)


@pytest.mark.function("SEC-01")
def test_every_row_of_the_person_is_erased_and_nobody_elses(town: Town) -> None:
    mine = [
        town.register(**{**SHE, "phone": spelled})
        for spelled in ("13917654322", "+86 139-1765-4322", "１３９１７６５４３２２")
    ]
    other = town.register(name="王建国", phone="13817654320")
    attachments.add(mine[0], Upload("x.png", "photo", [png()]), by=town.person("agent"), at=town.now)
    assert erase(town, SHE["phone"]) == Erased(len(mine), tuple(mine), 1)
    assert {requesters.open_requester(town.order(number).requester) for number in mine} == {Who()}
    assert requesters.open_requester(town.order(other).requester).name == "王建国"
    assert [*history.verify(WorkOrder.objects.all()), *invariants.check_all()] == []
    with pytest.raises(NotFound):
        erase(town, SHE["phone"])


@pytest.mark.function("SEC-01", "SEC-02")
def test_erasing_is_on_record_without_the_persons_data(town: Town) -> None:
    numbers = [town.register(**SHE) for _ in range(2)]
    erase(town, SHE["phone"], reason=f"申请书12号：{NAME}，{SHE['phone']}，住{ADDRESS}")
    lines = AccessLog.objects.filter(act="person.erase").order_by("pk")
    assert [line.object for line in lines] == [f"order:{number}" for number in numbers]
    assert {line.staff_id for line in lines} == {town.person("security_admin").id}
    assert all("申请书12号" in line.reason for line in lines)
    assert leaks(NAME, SHE["phone"], ADDRESS) == []


@pytest.mark.parametrize("who", ["agent", "supervisor", "leader", "system_admin", "audit_admin", UNIT])
def test_only_the_security_administrator_erases(town: Town, who: str) -> None:
    number = town.register(**SHE)
    with pytest.raises(NotAllowed):
        privacy.erase_person(SHE["phone"], "本人申请", by=town.person(who), at=town.now)
    assert requesters.open_requester(town.order(number).requester) == Who(**SHE)


@pytest.mark.parametrize(("phone", "reason", "field"), [(PHONE, " ", "reason"), ("无", "本人申请", "phone")])
def test_erasing_says_whom_and_why(town: Town, phone: str, reason: str, field: str) -> None:
    town.register(**SHE)
    with pytest.raises(Refused) as caught:
        erase(town, phone, reason)
    assert [problem.field for problem in caught.value.problems] == [field]


@pytest.mark.function("SEC-01")
def test_the_command_erases_as_a_named_administrator(town: Town) -> None:
    number, app = town.register(**SHE), typer.Typer()
    cli.register(app)
    words = ["erase-person", "--phone", "-", "--reason", "申请书12号", "--json"]
    for name in ("nobody", "agent"):
        refused = CliRunner().invoke(app, [*words, "--as", name], input=SHE["phone"])
        assert (refused.exit_code, refused.stdout) == (1, "")
    assert requesters.open_requester(town.order(number).requester) == Who(**SHE)
    done = CliRunner().invoke(app, [*words, "--as", "security_admin"], input=f"{SHE['phone']}\n")
    assert json.loads(done.stdout) == {"rows": 1, "orders": [number], "files": 0}
    assert requesters.open_requester(town.order(number).requester) == Who()


@pytest.mark.function("SEC-01", "SEC-03")
def test_erasing_a_person_leaves_history_and_figures(town: Town, number: str) -> None:
    history.seal(town.now)
    counts = _counts()
    chains = list(Event.objects.order_by("order_id", "seq").values_list("order_id", "seq", "hash"))
    erase(town)
    assert [*history.verify(WorkOrder.objects.all()), *history.verify_anchors(), *invariants.check_all()] == []
    assert _counts() == counts
    assert list(Event.objects.order_by("order_id", "seq").values_list("order_id", "seq", "hash")) == chains


def _counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in apps.get_app_config("orders").get_models()}  # type: ignore[attr-defined]


@pytest.mark.function("SEC-01")
def test_what_an_erased_person_said_opens_no_more(town: Town, number: str) -> None:
    order = town.order(number)
    masked, agent = f"{order.title}\n{order.place}\n{order.body}", town.person("agent")
    erase(town)
    order = town.order(number)
    assert requesters.box_of(order.requester) is None
    assert order.requester.erased_at == town.now
    assert order not in queries.by_phone(agent, PHONE)
    assert privacy.shown_requester(order, agent) == Who()
    assert privacy.reveal(number, "requester", "核对", by=agent, at=town.now) == dict.fromkeys(WHO, "")
    assert privacy.reveal(number, "text", "核对", by=agent, at=town.now) == {"text": masked}
    assert privacy.reveal(number, "records", "核对", by=agent, at=town.now) == {}
    assert leaks(NAME, PHONE, ID, ADDRESS) == []


def test_work_goes_on_after_a_person_is_erased(town: Town, number: str) -> None:
    erase(town)
    town.do(UNIT, number, "sign")
    town.do(UNIT, number, "note", {"text": f"市民不再接听{PHONE}"})
    note = Record.objects.filter(order__number=number).latest("pk")
    assert note.sealed is None
    assert PHONE not in str(note.content)
    with pytest.raises(Conflict):
        town.do("dispatcher", number, "dispatch", {"lead": "urban"})
    assert [*history.verify(WorkOrder.objects.all()), *invariants.check_all()] == []
