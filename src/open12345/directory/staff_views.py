"""Screens of people and roles, for the security administrator (ADM-02)."""

from collections import Counter
from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from . import admin_forms as forms
from . import exports, people, roles_told, services
from .errors import DirectoryError
from .models import AccessLog, Post, Staff
from .roles import STAFF_ROLES, Role
from .web import actor, needs

PAGE: Final = 50


def _filtered(request: HttpRequest) -> tuple[forms.StaffFilter, Any]:
    """The filter as asked and the accounts that fit; without one, those at work."""
    form = forms.StaffFilter(request.GET or {"active": "1"})
    said = form.cleaned_data if form.is_valid() else {}
    found = people.search(
        text=said.get("q", "").strip(),
        unit=said.get("unit"),
        role=said.get("role", ""),
        active=said.get("active", ""),
    )
    return form, found


@needs(Role.SECURITY_ADMIN)
@require_GET
def staff_list(request: HttpRequest) -> HttpResponse:
    """The accounts, filtered."""
    form, found = _filtered(request)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "directory/staff.html", {"form": form, "page": page, "filtered": bool(request.GET)})


@needs(Role.SECURITY_ADMIN)
@require_GET
def staff_export(request: HttpRequest) -> HttpResponseBase:
    """The accounts that fit the filter, as a file that can be imported again."""
    _form, found = _filtered(request)
    rows = (
        [s.username, s.name, s.unit.code if s.unit else "", _posts_told(s), s.phone_ext]
        for s in found.iterator(chunk_size=exports.CHUNK)
    )
    heads = [_("用户名"), _("姓名"), _("单位"), _("角色"), _("分机")]
    what = request.GET.urlencode()
    table = exports.Table(heads, rows, found.count())
    return exports.csv_file(request, "staff", _("人员"), table, at=timezone.now(), what=what)


def _posts_told(staff: Staff) -> str:
    """Posts as the import reads them: "clerk;approver@housing"."""
    posts = staff.posts.all()
    return ";".join(p.role if p.unit_id == staff.unit_id else f"{p.role}@{p.unit.code}" for p in posts)


@needs(Role.SECURITY_ADMIN)
@require_http_methods(["GET", "POST"])
def staff_new(request: HttpRequest) -> HttpResponseBase:
    """A new account, with its first post."""
    form = forms.NewStaffForm(request.POST or None, initial={"unit": request.GET.get("unit")})
    if request.method == "POST" and form.is_valid():
        made = _attempt(form, lambda: _open_account(request, form.cleaned_data))
        if isinstance(made, Staff):
            messages.success(request, _("账号已建好。发放一次性密码链接后，本人即可登录。"))
            return redirect("directory:staff", made.pk)
    return render(request, "directory/staff_new.html", {"form": form})


@transaction.atomic
def _open_account(request: HttpRequest, said: dict[str, Any]) -> Staff:
    by, at = actor(request), timezone.now()
    staff = services.create_staff(
        said["username"], said["name"], unit=said["unit"], phone_ext=said["phone_ext"], by=by, at=at
    )
    if said["role"]:
        services.appoint(staff, said["role"], said["unit"], by=by, at=at)
    return staff


def _attempt(form: Form, act: Callable[[], Any]) -> Any:
    """Do it; a refusal becomes an error at its field and None is returned."""
    try:
        return act()
    except DirectoryError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return None


# One person


@needs(Role.SECURITY_ADMIN)
@require_http_methods(["GET", "POST"])
def staff(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The page of a person; POST changes name, unit and extension."""
    person = _get(pk)
    form = _staff_form(request, person)
    if request.method == "POST" and form.is_valid():
        said = {name: form.cleaned_data[name] for name in form.fields}
        done = _attempt(form, lambda: people.change(person, said, by=actor(request), at=timezone.now()))
        if done is not None:
            messages.success(request, _("已保存。") if done else _("没有改动。"))
            return redirect("directory:staff", pk)
    return _page(request, person, form=form)


@needs(Role.SECURITY_ADMIN)
@require_POST
def staff_do(request: HttpRequest, pk: int, act: str) -> HttpResponseBase:
    """One act on an account: appoint, dismiss, close, reopen, link, reset."""
    person = _get(pk)
    if act not in ACTS:
        raise Http404
    form_type, do = ACTS[act]
    form = form_type(request.POST)
    told = _attempt(form, lambda: do(request, person, form.cleaned_data)) if form.is_valid() else None
    if told is None:
        return _page(request, person, **{act: form})
    if act == "link":
        return _page(request, person, link_url=request.build_absolute_uri(told))
    messages.success(request, told)
    return redirect("directory:staff", pk)


def _get(pk: int) -> Staff:
    found = Staff.objects.select_related("unit").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _staff_form(request: HttpRequest, person: Staff, *, bound: bool = True) -> forms.StaffForm:
    initial = {
        "name": person.name,
        "unit": person.unit.code if person.unit else None,
        "phone_ext": person.phone_ext,
    }
    return forms.StaffForm(request.POST if bound and request.method == "POST" else None, initial=initial)


def _page(request: HttpRequest, person: Staff, **extra: Any) -> HttpResponse:
    """The page of a person; `extra` holds a refused form under the name of its act."""
    own = actor(request).id == person.pk
    posts = person.posts.select_related("unit").order_by("unit__path", "pk")
    context: dict[str, Any] = {
        "subject": person,
        "own": own,
        "posts": posts,
        "factors": people.second_factors(person),
        "log": _log_of(person),
        "form": _staff_form(request, person, bound=False),
        "appoint": forms.PostForm(initial={"unit": person.unit.code if person.unit else None}),
        "reset": forms.ReasonForm(),
        "close": forms.ReasonForm(),
        "refused": [error for one in extra.values() if isinstance(one, Form) for error in one.non_field_errors()],
        **extra,
    }
    response = render(request, "directory/person.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


def _log_of(person: Staff) -> list[AccessLog]:
    """The last changes to the account, by whom: signing in is the auditor's business."""
    acts = ("staff.", "post.", "second_factor.reset")
    found = AccessLog.objects.filter(object=f"staff:{person.pk}").select_related("staff").order_by("-at", "-id")[:200]
    return [line for line in found if line.act.startswith(acts)][:20]


def _appoint(request: HttpRequest, person: Staff, said: dict[str, Any]) -> str:
    services.appoint(person, said["role"], said["unit"], by=actor(request), at=timezone.now())
    return _("已授予岗位。")


def _dismiss(request: HttpRequest, person: Staff, said: dict[str, Any]) -> str:
    post = Post.objects.select_related("unit").filter(pk=_number(request.POST.get("post")), staff=person).first()
    if post is not None:
        services.dismiss(person, post.role, post.unit, by=actor(request), at=timezone.now())
    return _("已撤销岗位。")


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 18 else 0  # noqa: PLR2004 - digits of a bigint


def _close(request: HttpRequest, person: Staff, said: dict[str, Any]) -> str:
    services.set_active(person, active=False, by=actor(request), at=timezone.now(), reason=said["reason"])
    return _("账号已停用，其会话即刻失效。")


def _reopen(request: HttpRequest, person: Staff, said: dict[str, Any]) -> str:
    services.set_active(person, active=True, by=actor(request), at=timezone.now(), reason=said["reason"])
    return _("账号已启用。")


def _link(request: HttpRequest, person: Staff, said: dict[str, Any]) -> str:
    return services.password_link(person, by=actor(request), at=timezone.now())


def _reset(request: HttpRequest, person: Staff, said: dict[str, Any]) -> str:
    people.reset_second_factor(person, reason=said["reason"], by=actor(request), at=timezone.now())
    return _("两步验证已重置，本人下次登录时重新设置。")


Act = Callable[[HttpRequest, Staff, dict[str, Any]], str]
ACTS: Final[dict[str, tuple[type[Form], Act]]] = {
    "appoint": (forms.PostForm, _appoint),
    "dismiss": (forms.ReasonForm, _dismiss),
    "close": (forms.ReasonForm, _close),
    "reopen": (forms.ReasonForm, _reopen),
    "link": (forms.ReasonForm, _link),
    "reset": (forms.ReasonForm, _reset),
}


# Roles


@needs(Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
@require_GET
def role_list(request: HttpRequest) -> HttpResponse:
    """Every role: what it may do, as the rooms themselves decide it, and how many hold it."""
    held = Counter(Post.objects.filter(staff__is_active=True).values_list("role", "staff_id").distinct())
    count = Counter(role for role, _staff in held)
    rows = [(role, count[role.value], roles_told.of(role.value)) for role in Role if role.value in STAFF_ROLES]
    staff_url = reverse("directory:staff_list") if actor(request).has(Role.SECURITY_ADMIN) else ""
    return render(request, "directory/roles.html", {"rows": rows, "staff_url": staff_url})
