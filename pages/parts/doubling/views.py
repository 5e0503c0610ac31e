"""What the y = 2x page shows of a run. Reads results; computes nothing."""

from __future__ import annotations

from deq.figures.doubling.learning import learning
from deq.training.doubling.curves import curves_of
from pages.parts.doubling import lesson, words
from pages.parts.look import downloads
from pages.parts.runs.run import Run
from pages.parts.runs.views import Results


def results(run: Run | None, live: bool, narrow: bool, theme: str | None) -> Results:
    """Verdict, numbers and the four panels, which play once the run has ended."""
    records = lesson.records(run)
    config = lesson.config_of(run)
    played = not live and len(records) > 1
    return Results(
        verdict=words.verdict(records, config),
        status=words.status(run),
        readouts=words.readouts(records),
        figure=learning(curves_of(records, config), played=played, stacked=narrow, theme=theme),
        name="doubling",
        height=1150 if narrow else 570,
        alt=words.alt(records, config),
        caption=words.look_for(config),
        records=records,
    )


def files(run: Run | None, results: Results) -> None:
    """The log, and the picture that plays."""
    names = [name for name in results.records[0] if name not in ("weights", "stage")]
    rows = [[record[name] for name in names] for record in results.records]
    downloads.both(
        "Log (CSV)",
        lambda: downloads.table(names, rows),
        "doubling",
        results.figure,
        "y = 2x",
        results.verdict,
    )
