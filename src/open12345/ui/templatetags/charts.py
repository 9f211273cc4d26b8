"""The tag that puts a chart on a page; `{% chart_head %}` in the page's head brings its script and looks."""

from urllib.parse import urlencode

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from open12345.ui.charts import Chart, indicative

register = template.Library()


@register.simple_tag
def chart_head() -> SafeString:
    """The script and the looks of charts."""
    return format_html(
        '<link rel="stylesheet" href="{}"><script type="module" src="{}"></script>',
        static("ui/chart.css"), static("ui/chart.js"),
    )  # fmt: skip


@register.inclusion_tag("ui/parts/chart.html")
def chart(chart: Chart, id: str, label: str, height: int = 0, *, table: bool = True) -> dict[str, object]:  # noqa: A002
    """A chart: `label` tells who cannot see it what it shows; `height` in pixels (its own where none is given).

    `table`: with the same in a table, folded; without only where the page has that table already.
    """
    wanted = {"level": chart.level, "within": chart.within}
    told = urlencode({name: value for name, value in wanted.items() if value})
    is_map = any(one.get("map") for one in chart.option["series"]) or "geo" in chart.option
    return {
        "indicative": is_map and indicative(chart),
        "chart": chart, "id": id, "option_id": f"{id}-option", "label": label, "height": height or chart.height,
        "table": table, "areas": f"{reverse('map:areas')}{'?' if told else ''}{told}" if is_map else "",
    }  # fmt: skip
