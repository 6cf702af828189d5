"""When a message was sent, in whatever form its number comes; pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

# WhatsApp is from 2009; an older time is no time.
_FIRST_MESSAGE_AT: Final = datetime(2009, 1, 1, tzinfo=UTC)
# The server stamps messages, so they are not from the future; gateways' clocks differ by minutes at most.
_AHEAD_AT_MOST: Final = timedelta(minutes=5)
# In seconds this is the year 5138: such a number counts milliseconds, or finer.
_TOO_BIG_FOR_SECONDS: Final = 100_000_000_000


def read_moment(number: float | None, *, received_at: datetime) -> tuple[datetime, bool]:
    """The aware UTC time of an epoch number in seconds or finer, and whether it had to be replaced.

    Absent, zero, negative, before WhatsApp or ahead of `received_at`: `received_at` and True.
    """
    received_at = received_at.astimezone(UTC)
    if number is None or not 0 < number < 1e25:
        return received_at, True
    while number > _TOO_BIG_FOR_SECONDS:
        number /= 1000
    moment = datetime.fromtimestamp(number, UTC)
    if not _FIRST_MESSAGE_AT <= moment <= received_at + _AHEAD_AT_MOST:
        return received_at, True
    return moment, False
