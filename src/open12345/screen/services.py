"""What can be done: arrange the modules of the display."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from open12345.directory import access
from open12345.directory.errors import DirectoryError, NotEntitled
from open12345.directory.person import Person
from open12345.screen import modules
from open12345.screen.models import Arrangement
from open12345.screen.readers import ARRANGERS


def arrange(codes: Sequence[str], *, by: Person, at: datetime) -> Arrangement | None:
    """Show these modules in this order from now on; None where that is how they are shown already.

    Raises `NotEntitled`, and `DirectoryError` for none, too many, or a code that does not exist.
    """
    if not by.has(*ARRANGERS):
        raise NotEntitled(_("只有督办员、研判员可以编排大屏。"), code="not_entitled")
    wanted = modules.known(codes)
    if not wanted or len(wanted) != len(codes) or len(wanted) > modules.ROOM:
        raise DirectoryError(_("请选一到八个模块，每个一次。"), code="modules")
    with transaction.atomic():
        before = modules.arranged()
        if before == wanted:
            return None
        change = access.before_after({"modules": " ".join(before)}, {"modules": " ".join(wanted)})
        access.record("screen.arrange", by=by, at=at, on="screen:modules", reason=change)
        return Arrangement.objects.create(modules=list(wanted), at=at, by_id=by.id)
