"""What runs later."""

from django.utils import timezone
from procrastinate.contrib.django import app

from . import packs


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="directory.apply_due", pass_context=False)
def apply_due_pack(timestamp: int) -> None:
    """Bring a pack version into force whose time has come, or a year of holidays just learnt."""
    del timestamp
    packs.apply_due(timezone.now())
