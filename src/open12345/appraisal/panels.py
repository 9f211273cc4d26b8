"""The room's entry in the menu."""

from django.utils.translation import gettext_lazy as _

from open12345.appraisal.queries import READERS
from open12345.ui import navigation


def lend() -> None:
    """Add it for those who may read anything here."""
    navigation.register(
        navigation.Entry("appraisal:table", _("考核"), READERS, order=85, hint=_("排名、得分说明、权重和约谈"))
    )
