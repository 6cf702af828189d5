"""No clinic sees another's rows, whatever the code forgets."""

from __future__ import annotations

import inspect
from uuid import uuid4

import psycopg
import pytest

from frontdesk.storage.migrations import apply_migrations, load_status
from frontdesk.storage.postgres import Database


def tenant_tables(owner_url: str) -> list[tuple[str, bool, bool]]:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        return connection.execute(
            """select n.nspname || '.' || c.relname, c.relrowsecurity, c.relforcerowsecurity
               from pg_attribute a join pg_class c on c.oid = a.attrelid and c.relkind = 'r'
               join pg_namespace n on n.oid = c.relnamespace
               where n.nspname in ('core', 'healthcare') and a.attname = 'clinic_id' order by 1"""
        ).fetchall()


def test_every_table_with_a_clinic_forces_row_level_security_with_one_policy_for_the_application(
    owner_url: str,
) -> None:
    tables = tenant_tables(owner_url)
    assert len(tables) > 20
    assert [name for name, enabled, forced in tables if not (enabled and forced)] == []
    with psycopg.connect(owner_url, autocommit=True) as connection:
        covered = {
            row[0]
            for row in connection.execute(
                """select schemaname || '.' || tablename from pg_policies
                   where 'frontdesk_app' = any(roles) and qual like '%current_clinic%' and with_check like '%current_clinic%'"""
            ).fetchall()
        }
    assert {name for name, _, _ in tables} - covered == set()


def test_every_foreign_key_between_tenant_tables_carries_the_clinic(owner_url: str) -> None:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        keys = connection.execute(
            """select conrelid::regclass::text, pg_get_constraintdef(oid) from pg_constraint
               where contype = 'f' and connamespace in ('core'::regnamespace, 'healthcare'::regnamespace)"""
        ).fetchall()
    loose = [key for key in keys if "clinic_id" not in key[1] and "organization_id" not in key[1]]
    assert loose == []


def test_the_application_role_owns_nothing_and_bypasses_nothing(owner_url: str) -> None:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        rows = connection.execute(
            "select rolsuper, rolbypassrls, rolcreatedb, rolcreaterole from pg_roles where rolname = 'frontdesk_app'"
        ).fetchall()
        owned = connection.execute(
            "select count(*) from pg_class where relowner = 'frontdesk_app'::regrole"
        ).fetchall()
    assert rows == [(False, False, False, False)]
    assert owned == [(0,)]


async def test_forgetting_the_clinic_is_an_error_and_not_an_empty_list(database: Database) -> None:
    async with database.connection() as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="no clinic is set"):
            await connection.execute("select * from core.clinics")


async def test_a_clinic_left_from_the_transaction_before_is_no_clinic(database: Database) -> None:
    async with database.transaction(uuid4()) as tx:
        await tx.execute("select * from core.clinics")
    async with database.connection() as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await connection.execute("select * from core.clinics")


async def test_one_clinic_can_neither_read_nor_write_rows_of_another(
    database: Database, owner_url: str
) -> None:
    ours, theirs = uuid4(), uuid4()
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("insert into core.organizations values (%s, 'o', 'o', now())", (uuid4(),))
        for clinic_id in (ours, theirs):
            connection.execute(
                """insert into core.clinics (clinic_id, organization_id, key, name, timezone, currency, default_language, created_at)
                   select %s, organization_id, %s, '{}', 'UTC', 'USD', 'en', now() from core.organizations""",
                (clinic_id, str(clinic_id)),
            )
    async with database.transaction(ours) as tx:
        seen = await (await tx.execute("select clinic_id from core.clinics")).fetchall()
        changed = await tx.execute("update core.clinics set currency = 'EUR' where clinic_id = %s", (theirs,))
        assert seen == [(ours,)]
        assert changed.rowcount == 0
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with database.transaction(ours) as tx:
            await tx.execute(
                "insert into core.audit (clinic_id, happened_at, actor, action, subject) values (%s, now(), 'x', 'x', 'x')",
                (theirs,),
            )


def test_looks_across_clinics_return_ids_only(owner_url: str) -> None:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        rows = connection.execute(
            """select proname, pg_get_function_result(oid) from pg_proc
               where pronamespace = 'core'::regnamespace and prosecdef order by 1"""
        ).fetchall()
    allowed = {
        "take_quarantined",
        "list_quarantine",
        "list_kept",
        "count_broken_invariants",
        "give_back_unbegun_sends",
    }  # no clinic's rows, and counts
    for name, result in rows:
        if name not in allowed:
            assert "jsonb" not in result
            assert "clinic_id" in result or name == "find_story"


def test_every_store_function_takes_the_clinic_first() -> None:
    from frontdesk.clinics import store as clinics
    from frontdesk.scheduling.store import appointments, catalog

    # An organization stands above clinics; the list of clinics is how one gets to them.
    excused = {"put_organization", "list_clinic_ids"}
    for module in (clinics, appointments, catalog):
        for name, function in inspect.getmembers(module, inspect.iscoroutinefunction):
            if function.__module__ != module.__name__ or name.startswith("_") or name in excused:
                continue
            parameters = list(inspect.signature(function).parameters)
            assert parameters[:2] == ["tx", "clinic_id"], f"{module.__name__}.{name}"


def test_a_second_migration_finds_nothing_to_apply(owner_url: str) -> None:
    assert apply_migrations(owner_url) == []
    assert load_status(owner_url).is_current
