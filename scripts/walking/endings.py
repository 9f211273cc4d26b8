"""Every ending an order can have, and how often."""

from collections.abc import Callable
from typing import NamedTuple

from walking import afterwards, plain, shared
from walking.people import Walk


class Ending(NamedTuple):
    """A walk, and how many of a hundred orders take it once every ending was walked."""

    walk: Callable[[Walk], None]
    share: int = 1

    @property
    def name(self) -> str:
        """How the table calls it."""
        return self.walk.__name__


ENDINGS = (
    Ending(plain.solved, 34),
    Ending(plain.explained, 6),
    Ending(plain.answered_at_once, 4),
    Ending(plain.refused, 2),
    Ending(plain.revived),
    Ending(plain.withdrawn, 2),
    Ending(plain.merged, 2),
    Ending(plain.split, 2),
    Ending(plain.urged, 3),
    Ending(shared.returned, 3),
    Ending(shared.return_declined, 2),
    Ending(shared.no_return),
    Ending(shared.designated, 2),
    Ending(shared.territory, 2),
    Ending(shared.extended, 3),
    Ending(shared.extension_declined),
    Ending(shared.station, 3),
    Ending(shared.station_returns),
    Ending(shared.co_handled, 3),
    Ending(shared.verified, 2),
    Ending(shared.sent_back, 3),
    Ending(shared.taken_back),
    Ending(afterwards.again, 3),
    Ending(afterwards.again_elsewhere),
    Ending(afterwards.twice_unhappy, 2),
    Ending(afterwards.unreachable, 2),
    Ending(afterwards.closed_above, 3),
    Ending(afterwards.reopened_above, 2),
    Ending(afterwards.returned_up),
    Ending(afterwards.return_up_declined),
    Ending(plain.confidential, 2),
    Ending(plain.anonymous, 3),
    Ending(plain.wages),
    Ending(plain.begun_again),
)
#: What is left of an order that nobody could be reached about on the first day.
FINISH = Ending(afterwards.finish, 0)
