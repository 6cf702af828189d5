"""The composition root: settings → servers → resources → handlers."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr
from starlette.types import ASGIApp

from frontdesk.clinics.instance_directory import InstanceDirectory
from frontdesk.clinics.instance_store import InstanceStore
from frontdesk.conversation.desk_toolbox import DeskToolbox
from frontdesk.conversation.relevance_model import RelevanceMode, RelevancePolicy
from frontdesk.conversation.store import LoadedTurn, SessionStore
from frontdesk.conversation.turn import TurnHandler
from frontdesk.dialogue.engine import OfflineEngine
from frontdesk.followups.scheduler import FollowupScheduler
from frontdesk.followups.store import FollowUpStore
from frontdesk.jobs.queue import JobQueue
from frontdesk.language.fallback_service import LanguageFallbackService
from frontdesk.language.formats import load_bundles
from frontdesk.lifecycle.collecting import spare_long_lived
from frontdesk.messaging.alert_texts import say_alert
from frontdesk.messaging.alerts import Alerts
from frontdesk.messaging.chat_store import ChatStore
from frontdesk.messaging.dead_letters import DeadLetters
from frontdesk.messaging.inbox import Inbox
from frontdesk.messaging.outbox import Outbox
from frontdesk.messaging.reconciliation import Reconciliation
from frontdesk.safety.emergency import find_alarm
from frontdesk.safety.urgency import urgency_of
from frontdesk.scheduling.booking import BookingDesk, Pin
from frontdesk.scheduling.catalogs import CatalogMemory
from frontdesk.scheduling.models import Catalog
from frontdesk.settings import Settings
from frontdesk.storage.cache import Cache
from frontdesk.storage.postgres import Database
from frontdesk.storage.servers import Addresses, use_owner, use_servers
from frontdesk.understanding.language_of import language_of
from frontdesk.understanding.understand import understand
from frontdesk.whatsapp.client import EvolutionClient
from frontdesk.whatsapp.delivery import Delivery
from frontdesk.whatsapp.intake import Intake
from frontdesk.whatsapp.receipt_check import ReceiptCheck
from frontdesk.whatsapp.redaction import redacted
from frontdesk.whatsapp.replay import Replay
from frontdesk.whatsapp.webhook import Credentials, EvolutionWebhook

log = logging.getLogger(__name__)

SIMULATOR_KEY = "simulator-development-key"

Clock = Callable[[], datetime]


def wall_clock() -> datetime:
    return datetime.now(UTC)


def using_servers(settings: Settings) -> AbstractContextManager[Addresses]:
    """The configured servers, or embedded ones (storage/servers.py says until when)."""
    return use_servers(
        database_url=_reveal(settings.database_url),
        owner_url=_reveal(settings.migrate_database_url),
        valkey_url=_reveal(settings.valkey_url),
        data_folder=settings.frontdesk_data_dir,
    )


def using_owner(settings: Settings) -> AbstractContextManager[str]:
    """Where databases may be made."""
    return use_owner(
        _reveal(settings.migrate_database_url or settings.database_url),
        data_folder=settings.frontdesk_data_dir,
    )


def _reveal(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret is not None else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """Everything that knows conversations and nothing of processes."""

    database: Database
    inbox: Inbox
    outbox: Outbox
    alerts: Alerts
    chats: ChatStore
    dead_letters: DeadLetters
    booking: BookingDesk
    instances: InstanceStore
    catalogs: CatalogMemory
    turns: TurnHandler
    follow_ups: FollowupScheduler


def _toolboxes_of(booking: BookingDesk) -> Callable[..., DeskToolbox]:
    def make_toolbox(loaded: LoadedTurn, catalog: Catalog, *, now: datetime) -> DeskToolbox:
        message_ids = tuple(message.message_id for message in loaded.messages)
        return DeskToolbox(
            booking,
            catalog,
            patient_id=loaded.patient_id,
            now=now,
            # The oldest message of the burst: the same in every retry of the turn.
            request_prefix=str(message_ids[0]),
            pin=Pin(session_id=loaded.session_id, turn_version=loaded.turn_version, message_ids=message_ids),
        )

    return make_toolbox


def _relevance_policy(settings: Settings) -> RelevancePolicy:
    return RelevancePolicy(
        mode=RelevanceMode(settings.relevance_mode), threshold=settings.relevance_threshold
    )


def make_desk(settings: Settings, database: Database, *, clock: Clock = wall_clock) -> Desk:
    alerts = Alerts(
        database, text=say_alert, next_contact_after=timedelta(minutes=settings.alert_next_contact_minutes)
    )
    catalogs = CatalogMemory(database)
    booking = BookingDesk(database)
    fallback = LanguageFallbackService(read_language=language_of)
    turns = TurnHandler(
        sessions=SessionStore(database),
        catalogs=catalogs,
        engines=(OfflineEngine(_relevance_policy(settings)),),
        make_toolbox=_toolboxes_of(booking),
        apology=lambda language: fallback.get_apology_message(language, "error"),
        clock=clock,
        session_expires=timedelta(hours=settings.session_expires_hours),
    )
    return Desk(
        database=database,
        inbox=Inbox(database, staff_takeover=settings.staff_takeover),
        outbox=Outbox(database),
        alerts=alerts,
        chats=ChatStore(database),
        dead_letters=DeadLetters(database),
        booking=booking,
        instances=InstanceStore(database),
        catalogs=catalogs,
        turns=turns,
        follow_ups=FollowupScheduler(store=FollowUpStore(database), clock=clock),
    )


@asynccontextmanager
async def open_desk(
    settings: Settings,
    database_url: str,
    *,
    name: str,
    clock: Clock = wall_clock,
    connections: int | None = None,
) -> AsyncIterator[Desk]:
    """A desk with its own pool of connections, by the settings unless told. Raises DatabaseUnavailable."""
    database = Database(database_url, name=name, max_connections=connections or settings.database_connections)
    await database.open()
    try:
        yield make_desk(settings, database, clock=clock)
    finally:
        await database.close()


# A day and an hour in each language: reading it loads every lexicon.
_EVERY_LANGUAGE = (
    "hello, tomorrow at 10 · привет, завтра в 10 · שלום, מחר ב-10 · hola, mañana a las 10 · olá, amanhã às 10"
)


def warm_up(catalog: Catalog | None, *, now: datetime) -> None:
    """Read lexicons, templates and the index of names now, and not in the first patient's turn."""
    for text in _EVERY_LANGUAGE.split(" · "):
        understand(text, catalog=catalog, now=now)
        find_alarm(text)
        urgency_of(text, now=now)
    load_bundles("frontdesk.dialogue", "replies")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reception:
    """What the HTTP process serves."""

    desk: Desk
    directory: InstanceDirectory
    replay: Replay
    webhook: EvolutionWebhook
    cache: Cache


@asynccontextmanager
async def open_reception(
    settings: Settings, servers: Addresses, *, clock: Clock = wall_clock
) -> AsyncIterator[Reception]:
    """The desk and its webhook, the directory warm."""
    async with AsyncExitStack() as stack:
        desk = await stack.enter_async_context(
            open_desk(settings, servers.database_url, name="frontdesk-api", clock=clock)
        )
        cache = Cache(servers.valkey_url)
        stack.push_async_callback(cache.close)
        directory = InstanceDirectory(desk.instances, cache)
        find_alarm(_EVERY_LANGUAGE)
        language_of(_EVERY_LANGUAGE)
        count = await directory.prewarm()
        log.info("directory.prewarmed", extra={"count": count})
        spare_long_lived()
        intake = Intake(
            inbox=desk.inbox,
            directory=directory,
            instances=desk.instances,
            redact=redacted,
            stale_after=settings.stale_after,
            clock=clock,
        )
        credentials = Credentials(
            secrets=settings.accepted_secrets,
            jwt_key=_reveal(settings.webhook_jwt_key),
        )
        yield Reception(
            desk=desk,
            directory=directory,
            replay=Replay(instances=desk.instances, intake=intake, clock=clock),
            webhook=EvolutionWebhook(intake=intake, credentials=credentials),
            cache=cache,
        )


def make_client(settings: Settings) -> EvolutionClient:
    """The gateway's client; the simulator's where no gateway is set."""
    key = settings.evolution_api_key.get_secret_value() if settings.evolution_api_key else SIMULATOR_KEY
    return EvolutionClient(
        base_url=settings.evolution_url or f"{settings.own_url}/simulator",
        api_key=key,
        sends_per_second=settings.sends_per_second,
        typing=settings.typing,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class BackOffice:
    """What the worker process runs. The queue is not open yet: its jobs are added first."""

    desk: Desk
    delivery: Delivery
    receipts: ReceiptCheck
    reconciliation: Reconciliation
    queue: JobQueue


def make_back_office(
    settings: Settings, desk: Desk, *, client: EvolutionClient, queue: JobQueue, clock: Clock = wall_clock
) -> BackOffice:
    return BackOffice(
        desk=desk,
        delivery=Delivery(
            outbox=desk.outbox,
            client=client,
            alerts=desk.alerts,
            clock=clock,
            receipt_wait=settings.receipt_wait,
        ),
        receipts=ReceiptCheck(outbox=desk.outbox, inbox=desk.inbox, client=client, clock=clock),
        reconciliation=Reconciliation(desk.database),
        queue=queue,
    )


@asynccontextmanager
async def open_back_office(
    settings: Settings, servers: Addresses, *, clock: Clock = wall_clock
) -> AsyncIterator[BackOffice]:
    """The desk, the gateway's client and the queue."""
    async with AsyncExitStack() as stack:
        desk = await stack.enter_async_context(
            open_desk(settings, servers.database_url, name="frontdesk-worker", clock=clock)
        )
        client = make_client(settings)
        stack.push_async_callback(client.close)
        clinic_ids = await desk.chats.list_clinics()
        await desk.catalogs.prewarm(clinic_ids)
        for clinic_id in clinic_ids:
            warm_up(await desk.catalogs.load(clinic_id), now=clock())
        spare_long_lived()
        queue = JobQueue(servers.database_url)
        stack.push_async_callback(queue.close)
        yield make_back_office(settings, desk, client=client, queue=queue, clock=clock)


class _StoredThoughts:
    """What the simulator's panel shows of each answer, from the turns that gave them."""

    def __init__(self, chats: ChatStore) -> None:
        self._chats = chats

    async def find_thoughts(
        self, *, instance: str, sent_ids: Sequence[str]
    ) -> Mapping[str, Mapping[str, object]]:
        del instance  # ids of the simulator are unique across its instances
        rows = await self._chats.find_thoughts(list(sent_ids))
        return {
            sent_id: {
                **row["decision"],
                "intent": row["intent"],
                "state": row["state"],
                "timings": row["timings"],
                "trace_id": row["trace_id"],
            }
            for sent_id, row in rows.items()
        }


@asynccontextmanager
async def open_simulator(settings: Settings, reception: Reception) -> AsyncIterator[ASGIApp]:
    """The stand-in gateway with its page, for every instance we know."""
    from frontdesk.simulator.gateway import create_gateway
    from frontdesk.simulator.instances import SimulatedInstance

    rows = await reception.desk.instances.list_instances()
    gateway = create_gateway(
        data_folder=settings.frontdesk_data_dir / "simulator",
        webhook_url=settings.own_url,
        webhook_secret=settings.accepted_secrets[0],
        api_key=SIMULATOR_KEY,
        instances=[
            SimulatedInstance(name=row.instance_name, title=row.clinic_name, language=row.default_language)
            for row in rows
        ],
        thoughts=_StoredThoughts(reception.desk.chats),
    )
    await gateway.open()
    try:
        yield gateway
    finally:
        await gateway.close()
