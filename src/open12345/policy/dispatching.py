"""Smart dispatch (智能派单, 001): what may go by itself, when it stops by itself, and what goes to leaders directly."""

from typing import Annotated, Literal

from pydantic import Field

from .fields import Code, Entry, Text, Title

Share = Annotated[float, Field(ge=0, le=1)]
Mode = Literal["off", "suggest", "automatic"]
#: What a person looks at before it goes, unless the pack says that it may go by itself.
Careful = Literal["urgent", "sensitive", "upper"]


class BreakerRule(Entry):
    """When a breaker trips, how long it rests and how it comes back (管理熔断).

    Of the last `window` outcomes of automatic dispatch, at least `least`, fewer than the share `floor` were right
    first time: it opens. After `pause_minutes` it lets a share `sample` of the orders through as probes; `probes` right
    ones in a row close it, a wrong one opens it again. With a `sample` of 0 only a person closes it.
    """

    window: int = Field(default=50, ge=5, le=5000)
    least: int = Field(default=20, ge=3, le=5000)
    floor: Share = 0.9
    pause_minutes: int = Field(default=60, ge=1, le=43_200)
    sample: Share = 0.2
    probes: int = Field(default=10, ge=1, le=5000)
    source: Text = ""


class SurgeRule(Entry):
    """When all automatic dispatch rests because people speak of something unknown (陌生事项激增).

    Of the last `window` orders the strange or unsure ones are more than the classifier's own share, by `sigmas`.
    """

    window: int = Field(default=100, ge=20, le=5000)
    sigmas: float = Field(default=4, gt=0, le=20)
    source: Text = ""


class DirectNeed(Entry):
    """A need that the leader in charge sends straight to a unit's leader (点对点派单, 000)."""

    code: Code
    title: Title
    categories: tuple[Code, ...] = Field(min_length=1)
    words: tuple[Text, ...] = ()
    source: Text = ""


class FacilityKind(Entry):
    """A kind of thing in the street whose owner is registered (设施, 001), and how near one must be to a point.

    `categories`: of which matters it decides; `words` name it in a text, `within` metres of the order's point.
    """

    code: Code
    title: Title
    categories: tuple[Code, ...] = Field(min_length=1)
    words: tuple[Text, ...] = ()
    within: int = Field(default=50, ge=1, le=2000)
    source: Text = ""


class Dispatching(Entry):
    """All of it; the defaults stand where a pack has no `dispatching.yaml`.

    `mode` holds where nobody has decided otherwise on screen; `wanted` is the share of automatic dispatches that
    are to be right first time, for which thresholds are sought. Below `sure_from` (the probability that the first
    unit keeps the order) the desk says that it is not sure, and orders are not sent in one go with others. `also`:
    orders that may go by themselves although they are urgent (or semi-urgent), have words that ring (`words.yaml`),
    or a deadline from above; else people dispatch them.
    """

    mode: Mode = "suggest"
    wanted: Share = Field(default=0.95, ge=0.5, lt=1)
    sure_from: Share = Field(default=0.3, lt=1)
    also: tuple[Careful, ...] = ()
    breaker: BreakerRule = BreakerRule()
    surge: SurgeRule = SurgeRule()
    direct: tuple[DirectNeed, ...] = ()
    facilities: tuple[FacilityKind, ...] = ()
    source: Text = ""
