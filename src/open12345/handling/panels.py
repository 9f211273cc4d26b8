"""What this room lends to the frame: the unit desk and the review queue."""

from django.utils.translation import gettext_lazy as _

from open12345.directory.person import Person
from open12345.directory.roles import UNIT_ROLES
from open12345.handling import cards
from open12345.handling.desk import tasks_of
from open12345.orders import queries, web
from open12345.orders.stages import Stage
from open12345.ui import navigation


def to_do(person: Person) -> int:
    """Return how much the person's units have to do."""
    return tasks_of(person, "todo").count()


def in_review(person: Person) -> int:
    """Return how many closing reports wait for review."""
    return queries.visible_to(person).filter(stage=Stage.REVIEW).count()


def lend() -> None:
    """Register all of it; called once when the room starts."""
    unit = navigation.Entry("handling:desk", _("办理"), UNIT_ROLES, order=30, hint=_("本单位今天要办的事"), count=to_do)
    reviewers = frozenset({"reviewer"})
    review = navigation.Entry(
        "handling:reviews", _("审核"), reviewers, order=40, hint=_("待审核的办结报告"), count=in_review
    )
    cards.lend()
    navigation.register(unit)
    navigation.register(review)
    web.add_desk("handling", web.Desk("handling:desk", _("办理"), queue=False))
    web.add_desk("review", web.Desk("handling:reviews", _("审核")))
