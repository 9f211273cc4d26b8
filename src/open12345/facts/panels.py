"""What this room lends to the frame: its entry of the menu."""

from django.utils.translation import gettext_lazy as _

from open12345.facts.views import EXPLORERS
from open12345.ui import context, navigation


def lend() -> None:
    """Register all of it; called once when the room starts."""
    roles = frozenset(EXPLORERS)
    navigation.register(
        navigation.Entry("facts:explorer", _("数据"), roles, order=95, hint=_("任何指标按任何维度看，点开就是工单"))
    )
    context.lend_page("facts:metrics", _("指标说明"))
