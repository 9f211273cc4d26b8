"""What runs later."""

from typing import Final

from django.utils import timezone
from procrastinate.contrib.django import app

from . import packs

#: The priority of what runs every minute or oftener: it must not wait behind the jobs that each order leaves behind.
PROMPT: Final = 10


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="directory.apply_due", priority=PROMPT, pass_context=False)
def apply_due_pack(timestamp: int) -> None:
    """Bring a pack version into force whose time has come, or a year of holidays just learnt."""
    del timestamp
    packs.apply_due(timezone.now())
