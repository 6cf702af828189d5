"""Portuguese dates and times, against a reference set with several clocks and zones."""

from tests.support.date_references import score_references


def test_at_least_95_percent_of_the_portuguese_references_are_read_right() -> None:
    score = score_references("pt")
    assert score.total >= 120
    assert score.negatives >= 25
    assert score.share_right >= 0.95, "\n".join(score.failures)
