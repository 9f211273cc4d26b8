"""What can be asked of the directory: trees, who may see which unit, who holds which role."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.db.models.fields.json import KeyTextTransform

from .models import PackVersion, Post, Staff, Unit
from .person import Person
from .roles import ADMINISTRATORS, CENTRE_KIND, CENTRE_ROLES, Role


def subtree(unit: Unit) -> QuerySet[Unit]:
    """The unit and everything below it, inactive ones included: one prefix scan."""
    return Unit.objects.filter(path__startswith=unit.path)


def ancestors(unit: Unit) -> QuerySet[Unit]:
    """The units above `unit`, from the root down."""
    codes = unit.path.strip("/").split("/")[:-1]
    return Unit.objects.filter(code__in=codes).order_by("level")


def below(paths: Iterable[str], prefix: str = "") -> Q:
    """The condition that a unit lies in one of the subtrees; `prefix` leads to the unit ("unit__").

    No path at all means no unit.
    """
    condition = Q(pk__in=())
    for path in paths:
        condition |= Q(**{f"{prefix}path__startswith": path})
    return condition


def visible_units(person: Person) -> QuerySet[Unit]:
    """The units that a person may see.

    The centre and the three administrators see all; a unit's people see their own subtree;
    machines, citizens and accounts without a post see none.
    """
    if person.kind == "system" or person.is_centre or person.has(*ADMINISTRATORS):
        return Unit.objects.all()
    return Unit.objects.filter(below(person.paths()))


def unit_by_code(code: str) -> Unit | None:
    """The unit with this code, or None."""
    return Unit.objects.filter(code=code).first()


def active_units() -> QuerySet[Unit]:
    """The units that may be given work, in tree order."""
    return Unit.objects.filter(active=True).order_by("path")


def visible_staff(person: Person) -> QuerySet[Staff]:
    """The accounts that a person may see: by the home unit, as with units; always one's own."""
    own = Q(pk=person.id) if person.kind == "staff" else Q(pk__in=())
    if person.kind == "system" or person.is_centre or person.has(*ADMINISTRATORS):
        return Staff.objects.all()
    return Staff.objects.filter(own | below(person.paths(), "unit__"))


def holders(role: str, unit: Unit | None = None) -> QuerySet[Staff]:
    """The active accounts that hold `role`, in `unit` or a unit above it when one is given."""
    posts = Post.objects.filter(role=role)
    if role in CENTRE_ROLES:
        posts = posts.filter(unit__kind=CENTRE_KIND)
    if unit is not None:
        posts = posts.filter(unit__code__in=unit.path.strip("/").split("/"))
    return Staff.objects.filter(is_active=True, pk__in=posts.values("staff_id")).order_by("id")


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One line of the list "enter as …"."""

    username: str
    name: str
    role: str
    role_name: str
    unit: str
    unit_kind: str


def demo_accounts() -> list[DemoAccount]:
    """The demonstration accounts by role in the order of the list of roles, in one query."""
    order = {role.value: place for place, role in enumerate(Role)}
    posts = Post.objects.filter(staff__is_demo=True, staff__is_active=True).select_related("staff", "unit")
    rows = sorted(posts, key=lambda post: (order[post.role], post.staff_id, post.pk))
    return [
        DemoAccount(p.staff.username, p.staff.name, p.role, p.get_role_display(), p.unit.name, p.unit.kind)
        for p in rows
    ]


def versions() -> QuerySet[PackVersion]:
    """The versions of the pack, the latest to take effect first, without their content."""
    return PackVersion.objects.defer("content").select_related("loaded_by").order_by("-effective_from", "-id")


def titled_versions() -> QuerySet[PackVersion]:
    """The versions, each with the `title` of its pack in both languages and whether its data is `synthetic`."""
    said = {name: KeyTextTransform(name, "content") for name in ("title", "title_en", "synthetic")}
    return versions().annotate(**said)
