"""Brings a database of feedback to the tables that this version needs."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

_STEPS: Final = Path(__file__).with_name("migrations")
_FIRST: Final = "0001"
_WAIT_MILLISECONDS: Final = 60_000
_LOCK: Final = 0x6D6F6465
"""Number of the lock under which one worker of several migrates a PostgreSQL."""


def migrate(engine: sa.Engine) -> None:
    """Run the steps that are missing, in one transaction; several processes wait for each other.

    Args:
        engine: The database.

    Raises:
        SQLAlchemyError: The database cannot be reached or written; it is as it was.
    """
    config = Config()
    config.set_main_option("script_location", str(_STEPS).replace("%", "%%"))
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            # workers of a busy machine wait for one another longer than a write waits
            (before,) = connection.exec_driver_sql("PRAGMA busy_timeout").one()
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {_WAIT_MILLISECONDS}")
            # the driver begins no transaction before statements that make tables
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(before)}")
        else:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        config.attributes["connection"] = connection
        tables = set(sa.inspect(connection).get_table_names())
        if "feedback" in tables and "alembic_version" not in tables:
            command.stamp(config, _FIRST)  # made before there were migrations
        command.upgrade(config, "head")
