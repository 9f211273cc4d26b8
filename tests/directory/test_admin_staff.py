"""People and roles on the screen of the security administrator."""

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from open12345.directory.models import AccessLog, Post, Staff, Unit
from open12345.directory.roles import STAFF_ROLES

from .conftest import Hire

SignIn = Callable[[Staff], Client]


@pytest.fixture
def admin(hire: Hire, sign_in: SignIn) -> Client:
    return sign_in(hire("security_admin"))


def do(client: Client, staff: Staff, act: str, **said: object) -> str:
    url = reverse("directory:staff_do", args=[staff.pk, act])
    return client.post(url, said, follow=True).content.decode()


@pytest.mark.function("ADM-02")
@pytest.mark.parametrize("role", sorted(STAFF_ROLES - {"security_admin"}))
def test_for_others_accounts_do_not_exist(tree: dict[str, Unit], hire: Hire, sign_in: SignIn, role: str) -> None:
    other, client = hire("clerk", "dept-b", "victim"), sign_in(hire(role))
    missing = client.get("/admin/nothing-here/")
    for name in ("staff_list", "staff_new", "staff_import", "staff_export"):
        answer = client.get(reverse(f"directory:{name}"))
        assert (answer.status_code, answer.content) == (404, missing.content), name
    url = reverse("directory:staff", args=[other.pk])
    assert client.get(url).content == client.get("/admin/staff/99999999/").content == missing.content
    client.post(url, {"name": "改名", "unit": "dept-b"})
    do(client, other, "appoint", role="approver", unit="dept-b")
    do(client, other, "close", reason="越权")
    do(client, other, "link")
    other.refresh_from_db()
    assert (other.name, other.is_active) == ("clerk某", True)
    assert list(other.posts.values_list("role", flat=True)) == ["clerk"]
    assert not AccessLog.objects.filter(act__startswith="staff.").exists()


@pytest.mark.function("ADM-01")
def test_people_are_found_by_name_unit_role_and_state(admin: Client, hire: Hire) -> None:
    hire("clerk", "dept-a", "zhang")
    hire("worker", "station-1", "li")
    closed = hire("clerk", "dept-b", "wang")
    Staff.objects.filter(pk=closed.pk).update(is_active=False)

    def found(**query: str) -> set[str]:
        page = admin.get(reverse("directory:staff_list"), query).content.decode()
        return {name for name in ("zhang", "li", "wang") if f">{name}</td>" in page}

    assert found() == {"zhang", "li"}
    assert found(q="ZHA", active="1") == {"zhang"}
    assert found(unit="dept-a") == {"zhang", "li"}
    assert found(unit="comm-1") == {"li"}
    assert found(role="clerk") == {"zhang", "wang"}
    assert found(role="clerk", unit="dept-a") == {"zhang"}
    assert found(active="0") == {"wang"}
    assert found(unit="nowhere", role="king", page="x") == {"zhang", "li", "wang"}


def test_a_page_of_people_takes_a_fixed_number_of_queries(
    admin: Client, tree: dict[str, Unit], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(60):
        staff = Staff.objects.create_user(f"w{n:03}", "欧阳" * 15, unit=tree["station-1"])
        Post.objects.create(staff=staff, role="worker", unit=tree["station-1"])
    url = reverse("directory:staff_list")
    with django_assert_max_num_queries(10):
        page = admin.get(url).content.decode()
    assert "共 61 人" in page
    assert 'rel="next"' in page


@pytest.mark.function("ADM-02")
def test_an_account_is_opened_with_its_first_post_and_a_link(admin: Client, tree: dict[str, Unit]) -> None:
    said = {"username": "chen.jie", "name": "陈洁", "unit": "dept-a", "phone_ext": "8021", "role": "clerk"}
    admin.post(reverse("directory:staff_new"), said)
    staff = Staff.objects.get(username="chen.jie")
    assert list(staff.posts.values_list("role", "unit__code")) == [("clerk", "dept-a")]
    page = do(admin, staff, "link")
    assert "http://testserver/accounts/password/reset/key/" in page
    assert set(AccessLog.objects.filter(object=f"staff:{staff.pk}").values_list("act", flat=True)) == {
        "staff.create",
        "post.appoint",
        "staff.password_link",
    }
    again = admin.post(reverse("directory:staff_new"), said | {"username": "CHEN.JIE", "name": "另一位"})
    assert "username" in again.context["form"].errors
    assert "另一位" in again.content.decode()


def test_a_refused_first_post_opens_no_account(admin: Client, tree: dict[str, Unit]) -> None:
    said = {"username": "new.one", "name": "某", "unit": "dept-a", "role": "dispatcher"}
    answer = admin.post(reverse("directory:staff_new"), said)
    assert answer.status_code == 200
    assert "unit" in answer.context["form"].errors  # a role of the centre in a department
    assert not Staff.objects.filter(username="new.one").exists()


@pytest.mark.function("ADM-02")
def test_every_change_to_an_account_is_on_record_with_before_and_after(admin: Client, hire: Hire) -> None:
    staff = hire("clerk", "dept-a", "zhang")
    url = reverse("directory:staff", args=[staff.pk])
    admin.post(url, {"name": "张伟", "unit": "dept-b", "phone_ext": "8021"})
    assert AccessLog.objects.get(act="staff.change").reason == (
        "name: clerk某 → 张伟; unit: dept-a → dept-b; phone_ext: ∅ → 8021"
    )
    do(admin, staff, "appoint", role="approver", unit="dept-b")
    assert AccessLog.objects.get(act="post.appoint").reason == "approver@dept-b"
    post = Post.objects.get(staff=staff, role="clerk")
    do(admin, staff, "dismiss", post=post.pk)
    assert AccessLog.objects.get(act="post.dismiss").reason == "clerk@dept-a"
    do(admin, staff, "close", reason="调离")
    line = AccessLog.objects.get(act="staff.deactivate")
    assert (line.reason, line.ip, line.staff and line.staff.username) == ("调离", "127.0.0.1", "security_admin.centre")
    do(admin, staff, "reopen", reason="调回")
    staff.refresh_from_db()
    assert staff.is_active
    assert "调回" in admin.get(url).content.decode()


@pytest.mark.function("ADM-02")
def test_a_second_administrator_post_is_refused_in_words_at_the_field(admin: Client, hire: Hire) -> None:
    staff = hire("audit_admin", username="auditor")
    answer = admin.post(
        reverse("directory:staff_do", args=[staff.pk, "appoint"]), {"role": "system_admin", "unit": "centre"}
    )
    assert answer.status_code == 200
    assert "三员分立" in str(answer.context["appoint"].errors["role"])
    assert list(staff.posts.values_list("role", flat=True)) == ["audit_admin"]


@pytest.mark.function("ADM-02")
def test_nobody_changes_their_own_account(admin: Client) -> None:
    own = Staff.objects.get(username="security_admin.centre")
    page = admin.get(reverse("directory:staff", args=[own.pk])).content.decode()
    assert "只能由另一位安全管理员修改" in page
    assert "授予岗位" not in page
    do(admin, own, "appoint", role="clerk", unit="dept-a")
    do(admin, own, "dismiss", post=own.posts.get().pk)
    do(admin, own, "close", reason="")
    answer = admin.post(reverse("directory:staff", args=[own.pk]), {"name": "新名", "unit": "centre"})
    assert "不能更改自己的账号和权限" in answer.content.decode()
    own.refresh_from_db()
    assert (own.name, own.is_active) == ("security_admin某", True)
    assert list(own.posts.values_list("role", flat=True)) == ["security_admin"]


@pytest.mark.function("ADM-02")
def test_a_lost_second_factor_is_taken_away_with_a_reason(admin: Client, hire: Hire) -> None:
    staff = hire("clerk", "dept-a", "zhang")
    Authenticator.objects.create(user_id=staff.pk, type="totp", data={"secret": "x"})
    refused = do(admin, staff, "reset", reason="  ")
    assert "请写明原因" in refused
    assert Authenticator.objects.filter(user_id=staff.pk).count() == 1
    do(admin, staff, "reset", reason="本人到场，手机遗失")
    assert not Authenticator.objects.filter(user_id=staff.pk).exists()
    for act in ("second_factor.reset", "second_factor.removed"):
        line = AccessLog.objects.get(act=act)
        assert line.object == f"staff:{staff.pk}"
        assert line.staff is not None
        assert line.staff.username == "security_admin.centre"


@pytest.mark.function("ADM-01")
def test_staff_are_imported_with_one_time_passwords_shown_once(admin: Client, tree: dict[str, Unit]) -> None:
    text = "用户名,姓名,单位,角色,分机\nzhang.wei,张伟,dept-a,承办单位经办人,8021\nbad,某,nowhere,,\n"
    said = {"file": SimpleUploadedFile("staff.csv", text.encode("gb18030")), "do": "try", "passwords": "on"}
    tried = admin.post(reverse("directory:staff_import"), said)
    page = tried.content.decode()
    assert "还没有改动" in page
    assert "一次性密码：" not in page
    assert not Staff.objects.filter(username="zhang.wei").exists()
    content = page.split('name="content" value="')[1].split('"')[0]
    done = admin.post(
        reverse("directory:staff_import"), {"content": content, "do": "import", "passwords": "on"}
    ).content.decode()
    assert "一次性密码：" in done
    staff = Staff.objects.get(username="zhang.wei")
    assert staff.password_expired
    assert done.split("<code>")[1].split("</code>")[0]
    assert staff.check_password(done.split("<td>zhang.wei</td><td><code>")[1].split("</code>")[0])


@pytest.mark.function("SEC-09")
def test_the_list_of_staff_leaves_as_filtered_and_on_record(admin: Client, hire: Hire) -> None:
    hire("clerk", "dept-a", "zhang")
    hire("clerk", "dept-b", "li")
    text = admin.get(reverse("directory:staff_export"), {"unit": "dept-a"}).getvalue().decode("utf-8-sig")
    assert "zhang,clerk某,dept-a,clerk," in text
    assert "dept-b" not in text
    assert AccessLog.objects.get(act="staff.export").reason == "unit=dept-a rows=1"


@pytest.mark.function("ADM-02")
def test_roles_are_told_from_the_rules_themselves(hire: Hire, sign_in: SignIn) -> None:
    hire("clerk", "dept-a")
    hire("clerk", "dept-b")
    for role in ("security_admin", "audit_admin"):
        page = sign_in(hire(role)).get(reverse("directory:roles")).content.decode()
        sections = {part.split("</h2>")[0].strip(): part for part in page.split("<h2>")[1:]}
        assert "派单" in sections["派单员"]
        assert "全中心工单" in sections["派单员"]
        assert "签收" in sections["承办单位经办人"]
        assert "2 人担任" in sections["承办单位经办人"]
        assert "审计" in sections["审计管理员"]
        assert "派单" not in sections["审计管理员"]
    assert sign_in(hire("system_admin")).get(reverse("directory:roles")).status_code == 404
