"""Screens of units and areas: the tree, one node of it, a new one, taking a file in, giving one out (ADM-01)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from open12345.policy import DutyItem

from . import admin_forms as forms
from . import exports, nodes, packs, queries
from .errors import DirectoryError
from .import_trees import AREA_COLUMNS, UNIT_COLUMNS
from .models import Area, Unit
from .roles import Role
from .web import actor, needs

HITS: Final = 100
PAGES: Final = ("new", "import", "export")
WHOLE: Final = 400
"""Trees up to this size come whole; of larger ones the branches below the second level come when opened."""


@dataclass(frozen=True)
class Grove:
    """What differs between the screens of units and of areas."""

    model: Any
    name: str
    title: str | Promise
    one: str | Promise
    sort: str
    kinds: dict[str, Any]
    form: type[forms.NodeForm]
    new_form: type[forms.NodeForm]
    columns: Any

    def url(self, page: str, *args: str) -> str:
        """The address of one of its screens."""
        return reverse(f"directory:{self.name}{page}", args=args)

    @property
    def pages(self) -> dict[str, str]:
        """The addresses of its screens that need no node."""
        return {name or "list": self.url(page) for name, page in (("", "s"), *((n, f"_{n}") for n in PAGES))}


UNITS: Final = Grove(
    Unit,
    "unit",
    gettext_lazy("单位"),
    gettext_lazy("单位"),
    "kind",
    forms.UNIT_KINDS,
    forms.UnitForm,
    forms.NewUnitForm,
    UNIT_COLUMNS,
)
AREAS: Final = Grove(
    Area,
    "area",
    gettext_lazy("区域"),
    gettext_lazy("区域"),
    "level",
    forms.AREA_KINDS,
    forms.AreaForm,
    forms.NewAreaForm,
    AREA_COLUMNS,
)


@dataclass
class Branch:
    """A node of the tree as it is shown."""

    node: Any
    url: str
    kind: str
    below: list["Branch"] = field(default_factory=list)
    more: bool = False
    open: bool = False


def of(grove: Grove) -> dict[str, Callable[..., HttpResponseBase]]:
    """The views of one grove by their place under its address."""

    @needs(Role.SYSTEM_ADMIN)
    @require_GET
    def tree(request: HttpRequest) -> HttpResponseBase:
        return _tree(request, grove)

    @needs(Role.SYSTEM_ADMIN)
    @require_http_methods(["GET", "POST"])
    def new(request: HttpRequest) -> HttpResponseBase:
        return _new(request, grove)

    @needs(Role.SYSTEM_ADMIN)
    @require_http_methods(["GET", "POST"])
    def one(request: HttpRequest, code: str) -> HttpResponseBase:
        return _one(request, grove, code)

    @needs(Role.SYSTEM_ADMIN)
    @require_GET
    def export(request: HttpRequest) -> HttpResponseBase:
        return _export(request, grove)

    return {"tree": tree, "new": new, "one": one, "export": export}


# The tree


def _nodes(grove: Grove) -> QuerySet[Any]:
    """All nodes in tree order, units with the number of their active people."""
    found: QuerySet[Any] = grove.model._default_manager.order_by("path")
    if grove.model is Unit:
        found = found.annotate(people=Count("staff", filter=Q(staff__is_active=True)))
    return found


def _tree(request: HttpRequest, grove: Grove) -> HttpResponse:
    """The tree; what was searched for instead; or the branches below one node."""
    under, text = request.GET.get("under", ""), request.GET.get("q", "").strip()
    if under and request.headers.get("HX-Request"):
        above = _get(grove, under)
        below = list(_nodes(grove).filter(parent=above))
        return render(request, "directory/branches.html", {"branches": _branches(grove, below, lazy=True)})
    context: dict[str, Any] = {"grove": grove, "q": text, "total": grove.model._default_manager.count()}
    if text:
        hits = _nodes(grove).filter(Q(code__icontains=text) | Q(name__icontains=text) | _by_phone(grove, text))
        found = list(hits.select_related("parent")[: HITS + 1])
        context |= {"hits": [_branch(grove, node) for node in found[:HITS]], "more": len(found) > HITS}
    else:
        large = context["total"] > WHOLE
        rows = _nodes(grove).filter(path__regex=r"^(/[^/]+){1,2}/$") if large else _nodes(grove)
        context["branches"] = _branches(grove, list(rows), lazy=large)
    return render(request, "directory/tree.html", context)


def _by_phone(grove: Grove, text: str) -> Q:
    return Q(phone__icontains=text) if grove.model is Unit else Q(pk__in=())


def _branch(grove: Grove, node: Any) -> Branch:
    return Branch(node, grove.url("", node.code), str(grove.kinds.get(getattr(node, grove.sort), "")))


def _branches(grove: Grove, rows: Iterable[Any], *, lazy: bool) -> list[Branch]:
    """The rows, in tree order, hung under each other; `lazy`: what lies deeper is asked for when opened."""
    by_id: dict[int, Branch] = {}
    roots: list[Branch] = []
    for node in rows:
        branch = by_id[node.pk] = _branch(grove, node)
        above = by_id.get(node.parent_id)
        (above.below if above else roots).append(branch)
    in_order = _order(grove, [branch.node for branch in by_id.values()])
    for branch in by_id.values():
        branch.below.sort(key=in_order)
    roots.sort(key=in_order)
    for root in roots:
        _open(root)
    if lazy:
        leaves = [branch for branch in by_id.values() if not branch.below]
        ids = [branch.node.pk for branch in leaves]
        parents = set(grove.model._default_manager.filter(parent__in=ids).values_list("parent_id", flat=True))
        for branch in leaves:
            branch.more = branch.node.pk in parents
    return roots


def _order(grove: Grove, nodes: Iterable[Any]) -> Callable[[Branch], tuple[int, int, str]]:
    """What brothers are sorted by: their kind, then the order of the pack; what the pack does not know comes last."""
    kinds = {kind: place for place, kind in enumerate(grove.kinds)}
    known = _places(grove) if any(node.from_pack for node in nodes) else {}

    def place(branch: Branch) -> tuple[int, int, str]:
        node = branch.node
        return kinds.get(getattr(node, grove.sort), len(kinds)), known.get(node.code, len(known)), node.code

    return place


def _places(grove: Grove) -> dict[str, int]:
    """The place of each code in the pack in force."""
    try:
        pack = packs.pack_at(timezone.now())[1]
    except packs.NoPack:
        return {}
    rows: Sequence[Any] = pack.units if grove.model is Unit else pack.areas
    return {row.code: place for place, row in enumerate(rows)}


def _open(branch: Branch) -> None:
    """Open a branch, and what lies below it as long as there is no choice."""
    branch.open = bool(branch.below)
    if len(branch.below) == 1:
        _open(branch.below[0])


# One node


def _get(grove: Grove, code: str) -> Any:
    found = grove.model._default_manager.select_related("parent").filter(code=code).first()
    if found is None:
        raise Http404
    return found


def _one(request: HttpRequest, grove: Grove, code: str) -> HttpResponseBase:
    """The page of a node; POST changes it."""
    node = _get(grove, code)
    parents = _nodes(grove).filter(active=True).exclude(path__startswith=node.path)
    form = grove.form(request.POST or None, initial=nodes.values_of(node), nodes=parents, of_pack=node.from_pack)
    if not node.parent_id:
        form.fields["parent"].disabled, form.fields["parent"].required = True, False
    if request.method == "POST" and form.is_valid():
        try:
            said = {name: form.cleaned_data[name] for name in form.changed_data}
            changed = nodes.change(grove.model, code, said, by=actor(request), at=timezone.now())
        except DirectoryError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, _("已保存。") if changed else _("没有改动。"))
            return redirect(grove.url("", code))
    return render(request, "directory/node.html", _node_context(grove, node, form))


def _node_context(grove: Grove, node: Any, form: forms.NodeForm) -> dict[str, Any]:
    """What the page of a node shows around its form."""
    children = list(_nodes(grove).filter(parent=node))
    below = sorted((_branch(grove, one) for one in children), key=_order(grove, children))
    codes = node.path.strip("/").split("/")[:-1]
    above = [_branch(grove, one) for one in grove.model._default_manager.filter(code__in=codes).order_by("path")]
    context: dict[str, Any] = {
        "grove": grove,
        "node": node,
        "form": form,
        "above": above,
        "below": below,
        "kind": grove.kinds.get(getattr(node, grove.sort), ""),
        "pack_says": [(form.fields[name].label, value) for name, value in _pack_says(node)],
    }
    if isinstance(node, Unit):
        context |= {
            "people": node.staff.filter(is_active=True).prefetch_related("posts__unit").order_by("name", "pk")[:HITS],
            "stay": nodes.reasons_to_stay(node) if node.active else [],
            "duty": _duty_of(node),
        }
    return context


def _pack_says(node: Any) -> list[tuple[str, Any]]:
    """Where the node differs from the pack: the field, and what the pack says."""
    told = nodes.of_pack(node, timezone.now()) if node.local else {}
    return [(name, value) for name, value in told.items() if name in node.local]


def _duty_of(unit: Unit) -> list[tuple[DutyItem, str]]:
    """The items of the duty list that name the unit, each with its part in it."""
    try:
        duty = packs.pack_at(timezone.now())[1].duty
    except packs.NoPack:
        return []
    found = []
    for item in duty.items:
        if item.lead == unit.code or (item.to_territory and unit.kind in duty.territory_kinds):
            found.append((item, _("属地承办") if item.to_territory else _("主办")))
        elif unit.code in item.co_handlers:
            found.append((item, _("协办")))
    return found


def _new(request: HttpRequest, grove: Grove) -> HttpResponseBase:
    """A new node below another."""
    parents = _nodes(grove).filter(active=True)
    under = request.GET.get("under", "")
    brother = grove.model._default_manager.filter(parent__code=under).order_by("path").first()
    sort = getattr(brother, grove.sort) if brother else ""  # most likely of the same kind as what hangs there
    form = grove.new_form(request.POST or None, initial={"parent": under, grove.sort: sort}, nodes=parents)
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        try:
            node = nodes.add(grove.model, said.pop("code"), said, by=actor(request), at=timezone.now())
        except DirectoryError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, _("已新增“%s”。") % node.name)
            return redirect(grove.url("", node.code))
    return render(request, "directory/node_new.html", {"grove": grove, "form": form})


def _export(request: HttpRequest, grove: Grove) -> HttpResponseBase:
    """All nodes as a file that can be corrected and imported again."""
    names = list(grove.columns)
    heads = [aliases[0] for aliases in grove.columns.values()]
    rows = [
        [(node.parent.code if node.parent else "") if name == "parent" else getattr(node, name) for name in names]
        for node in _nodes(grove).filter(active=True).select_related("parent")
    ]
    table = exports.Table(heads, rows, len(rows))
    return exports.csv_file(request, f"{grove.name}s", str(grove.title), table, at=timezone.now())


def unit_or_404(code: str) -> Unit:
    """The unit with this code."""
    unit = queries.unit_by_code(code)
    if unit is None:
        raise Http404
    return unit
