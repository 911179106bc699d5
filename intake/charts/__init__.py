"""Charts drawn on the server as SVG, each with its table: the same for a page, the admin and a printed report.

No script, no style of their own that a strict Content-Security-Policy would
refuse: colours are attributes, for paper, and classes, for the style sheet
(``static/css/charts.css``), which follows the dark scheme. Widths are shares
of what the page gives and heights follow the letters, so that words keep their
size on a telephone. Series differ by their pattern too. A hidden count
(:mod:`intake.suppression`) is hatched and called so, never drawn as zero.
"""

from intake.charts.bars import Bar, bar_chart
from intake.charts.chart import Chart, Key, Row
from intake.charts.communes import commune_chart
from intake.charts.months import month_chart, months_from
from intake.charts.shares import ShareRow, share_chart
from intake.charts.values import Value, written
from intake.charts.weeks import Mark, Panel, week_chart

__all__ = [
    "Bar",
    "Chart",
    "Key",
    "Mark",
    "Panel",
    "Row",
    "ShareRow",
    "Value",
    "bar_chart",
    "commune_chart",
    "month_chart",
    "months_from",
    "share_chart",
    "week_chart",
    "written",
]
