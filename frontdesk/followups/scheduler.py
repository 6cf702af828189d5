"""What is promised to a patient comes due: staff are told if nobody has answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from frontdesk.followups.store import FollowUpStore
from frontdesk.messaging.alerts import alert_json, put_alert


class FollowupScheduler:
    def __init__(self, *, store: FollowUpStore, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    async def settle_due(self) -> int:
        """Settle every follow-up whose time has come; how many staff alerts were raised."""
        now = self._clock()
        raised = 0
        for due in await self._store.list_due(now=now):
            # Settled and told in one: a process that dies in between has done neither.
            async with self._store.database.transaction(due.clinic_id) as tx:
                row = await self._store.claim(tx, due.clinic_id, due.follow_up_id, now=now)
                if row is None or row.was_answered:
                    continue
                alert = alert_json(
                    due.clinic_id,
                    row.session_id,
                    kind="overdue_follow_up",
                    reason=row.urgency,
                    dedupe_key=f"follow_up:{due.follow_up_id}",
                    now=now,
                )
                await put_alert(tx, alert)
            raised += 1
        return raised
