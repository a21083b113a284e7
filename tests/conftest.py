"""What tests of several rooms share: a PostgreSQL to try the stores on."""

from __future__ import annotations

import os
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL that ASSAY_TEST_POSTGRES names, else that of a server from ``pgserver``; skips where neither is there."""
    named = os.environ.get("ASSAY_TEST_POSTGRES", "")
    if named:
        yield named
        return
    with warnings.catch_warnings():
        # platformdirs tells that nobody is logged in; pgserver only asks it for a folder that is not used here.
        warnings.filterwarnings("ignore", message=".*XDG_RUNTIME_DIR")
        pgserver = pytest.importorskip(
            "pgserver", reason="no PostgreSQL: ASSAY_TEST_POSTGRES is not set, pgserver not installed"
        )
    folder: Path = tmp_path_factory.mktemp("pg")
    try:
        server = pgserver.get_server(folder)
    except (OSError, RuntimeError, AssertionError) as error:
        pytest.skip(f"no PostgreSQL: pgserver does not start here ({error})")
    yield f"postgresql+psycopg://postgres:@/postgres?host={folder}"
    server.cleanup()


@pytest.fixture
def postgres(postgres_server: str) -> Iterator[str]:
    """The URL of an empty schema of its own."""
    from sqlalchemy import create_engine, text

    schema = f"assay_{uuid.uuid4().hex[:12]}"
    engine = create_engine(postgres_server)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    yield f"{postgres_server}{'&' if '?' in postgres_server else '?'}options=-csearch_path%3D{schema}"
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()
