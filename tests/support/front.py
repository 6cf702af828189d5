"""A front desk for tests: the real webhook, database, queue, turn and client, and the stand-in gateway over HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import psycopg

from frontdesk.jobs.queue import JobQueue
from frontdesk.main import create_app
from frontdesk.scheduling.clinic_file import read_clinic_file
from frontdesk.scheduling.clinic_import import import_clinic_file
from frontdesk.settings import Settings
from frontdesk.simulator.gateway import create_gateway
from frontdesk.simulator.instances import SimulatedInstance
from frontdesk.storage.postgres import Database
from frontdesk.storage.servers import Addresses
from frontdesk.wiring import Desk, make_back_office, make_client, make_desk
from frontdesk.worker import Jobs, add_jobs
from tests.support.serving import reserve_port, serving

SECRET = "test-secret"
KEY = "test-key"
CLINICS = Path(__file__).parents[1] / "data" / "clinics"
SAMPLES = Path(__file__).parents[1] / "gateway_samples"
# The clock of the gateway's samples.
SAMPLE_TIME = datetime(2026, 3, 10, 9, 0, 30, tzinfo=UTC)


_DUE_JOBS = """
select count(*) from procrastinate_jobs where status = 'todo' and scheduled_at is null and queue_name in ('turns', 'urgent', 'send')
"""


@dataclass(slots=True)
class Clock:
    now: datetime = SAMPLE_TIME

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **lengths: float) -> None:
        self.now += timedelta(**lengths)


@dataclass(slots=True)
class Front:
    """What a test does as the gateway, and what it sees as the patient and as staff."""

    api: httpx2.AsyncClient
    gateway: httpx2.AsyncClient
    queue: JobQueue
    jobs: Jobs
    desk: Desk
    owner_url: str
    clock: Clock
    # Returns once the gateway has told everything it has to tell.
    hear_everything: Callable[[], Awaitable[None]]
    ids: int = field(default=0)

    async def post(
        self, body: bytes | Mapping[str, Any], *, path: str | None = None, secret: str | None = SECRET
    ) -> httpx2.Response:
        """A webhook, as the gateway posts it."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        if path is None:
            opened = json.loads(content) if content[:1] == b"{" and content[-1:] in b"}\n" else {}
            path = (
                f"/webhooks/evolution/{opened.get('instance', 'dental-harbor')}"
                if isinstance(opened.get("instance"), str)
                else "/webhooks/evolution"
            )
        headers = {"Content-Type": "application/json"} | ({"X-Webhook-Secret": secret} if secret else {})
        return await self.api.post(path, content=content, headers=headers)

    async def post_sample(self, name: str) -> httpx2.Response:
        path = next(SAMPLES.glob(f"{name}*"))
        return await self.post(path.read_bytes())

    async def says(
        self, text: str, *, phone: str = "12025550999", instance: str = "dental-harbor", **key: Any
    ) -> httpx2.Response:
        """A patient writes."""
        return await self.post(self.message(text, phone=phone, instance=instance, **key))

    def message(
        self,
        text: str,
        *,
        phone: str = "12025550999",
        instance: str = "dental-harbor",
        id: str | None = None,  # noqa: A002 (the wire's name)
        at: datetime | None = None,
        from_me: bool = False,
        lid: str | None = None,
    ) -> dict[str, Any]:
        self.ids += 1
        other = {"remoteJidAlt": lid} if lid else {}
        return {
            "event": "messages.upsert",
            "instance": instance,
            "data": {
                "key": {
                    "remoteJid": f"{phone}@s.whatsapp.net",
                    "fromMe": from_me,
                    "id": id or f"TEST{self.ids:08d}",
                    **other,
                },
                "pushName": "Test",
                "message": {"conversation": text},
                "messageType": "conversation",
                "messageTimestamp": int((at or self.clock.now).timestamp()),
            },
        }

    async def receipt(self, provider_id: str, status: str, *, instance: str = "dental-harbor") -> None:
        """The gateway tells what became of a message of ours."""
        update = {"keyId": provider_id, "remoteJid": "270000000001999@lid", "fromMe": True, "status": status}
        response = await self.post({"event": "messages.update", "instance": instance, "data": update})
        assert response.status_code == 200

    async def settle(self) -> None:
        """Run every job that is due and hear what the gateway tells of it, until nothing is left."""
        is_idle = False
        while not is_idle:
            await self.queue.run_until_idle()
            await self.hear_everything()
            is_idle = self.query(_DUE_JOBS) == [(0,)]

    async def fault(self, **faults: Any) -> None:
        """Something goes wrong at the gateway from here on."""
        assert (await self.gateway.post("/control/faults", json=faults)).status_code == 200

    async def sent(self) -> list[tuple[str, str]]:
        """(address, text) of everything the gateway was asked to send, in order."""
        rows = (await self.gateway.get("/control/sent")).json()
        return [(row["number"], row["text"]) for row in rows]

    async def answers(self, phone: str = "12025550999") -> list[str]:
        return [text for number, text in await self.sent() if number == phone]

    def query(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Rows as the database's owner sees them."""
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            return connection.execute(statement, parameters).fetchall()


@asynccontextmanager
async def open_front(
    *,
    database_url: str,
    owner_url: str,
    folder: Path,
    clinics: Sequence[Path] | None = None,
    clock: Clock | None = None,
    events: frozenset[str] = frozenset(),
    gateway_version: str = "2.3.7",
    **settings: Any,
) -> AsyncIterator[Front]:
    """A front desk with these clinics (default: the five of the samples).

    `events` are those the gateway tells of by itself; `settings` as the environment names them.
    """
    clock = clock or Clock()
    api_port = reserve_port()
    async with AsyncExitStack() as stack:
        database = Database(database_url, name="front", max_connections=10)
        await database.open()
        stack.push_async_callback(database.close)
        instances: list[str] = []
        for path in clinics or sorted(CLINICS.glob("*.yaml")):
            file = read_clinic_file(path)
            await import_clinic_file(database, file, now=clock())
            instances += [
                c.clinic.whatsapp_instance for c in file.catalogs.values() if c.clinic.whatsapp_instance
            ]
        gateway_app = create_gateway(
            data_folder=folder / "gateway",
            webhook_url=f"http://127.0.0.1:{api_port.getsockname()[1]}",
            webhook_secret=SECRET,
            api_key=KEY,
            instances=[SimulatedInstance(name=name) for name in instances],
            events=events,
            version=gateway_version,
            ignore_delay=True,
            time_scale=0.0,
            clock=lambda: clock.now.timestamp(),
        )
        gateway_url = await stack.enter_async_context(serving(gateway_app))
        configured = Settings(
            database_url=database_url,
            evolution_url=gateway_url,
            evolution_api_key=KEY,
            webhook_secrets=SECRET,
            debounce_ms=0,
            typing=False,
            sends_per_second=1000,
            **settings,
        )
        servers = Addresses(
            database_url=database_url, owner_url=owner_url, valkey_url="unix:///nowhere/valkey.sock"
        )
        api_url = await stack.enter_async_context(
            serving(create_app(configured, servers, clock=clock), listener=api_port)
        )
        desk = make_desk(configured, database, clock=clock)
        client = make_client(configured)
        stack.push_async_callback(client.close)
        queue = JobQueue(database_url)
        office = make_back_office(configured, desk, client=client, queue=queue, clock=clock)
        jobs = Jobs(office, clock=clock, debounce_s=0)
        add_jobs(office, jobs)
        await queue.open()
        stack.push_async_callback(queue.close)
        api = await stack.enter_async_context(httpx2.AsyncClient(base_url=api_url, timeout=10))
        gateway = await stack.enter_async_context(httpx2.AsyncClient(base_url=gateway_url, timeout=10))
        yield Front(
            api=api,
            gateway=gateway,
            queue=queue,
            jobs=jobs,
            desk=desk,
            owner_url=owner_url,
            clock=clock,
            hear_everything=gateway_app.network.sender.wait_for_all,
        )
