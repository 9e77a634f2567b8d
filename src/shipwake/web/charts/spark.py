"""A chart of one line's height for a table: the normal, the line, the part outside, the moment of the change."""

from shipwake.web.charts.around import runs
from shipwake.web.charts.frame import Frame, Size, fit
from shipwake.web.charts.plot import Plot, thinned, windowed
from shipwake.web.charts.svg import line, path, picture, polygon

SIZE = Size(
    width=120.0, height=32.0, left=2.0, right=2.0, top=3.0, bottom=3.0, traffic=0.0, lookback=14
)


def draw(plot: Plot) -> str:
    """The spark as SVG text, without axes: the numbers stand beside it."""
    plot = thinned(windowed(plot, SIZE.lookback), 40)
    frame = fit(plot, SIZE)
    x = frame.x.within(plot.change_s)
    return picture(
        *_band(plot, frame),
        path(runs(plot, plot.values, frame), class_="data"),
        path(runs(plot, plot.values, frame, plot.is_outside()), class_="outside"),
        line(x, 0, x, SIZE.height, class_="judged"),
        width=SIZE.width,
        height=SIZE.height,
        name=plot.name,
        class_=f"spark {plot.health}",
    )


def _band(plot: Plot, frame: Frame) -> list[str]:
    pairs = zip(runs(plot, plot.high, frame), runs(plot, plot.low, frame), strict=False)
    return [polygon([*upper, *reversed(lower)], class_="band") for upper, lower in pairs]
