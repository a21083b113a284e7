"""Passages' vectors as a ``vector`` column of PostgreSQL, where the database has the extension pgvector.

Kept beside the segments, filled and removed with them, and under the same rights of rows. A stored vector holds whole
numbers (see ``search.segment``), and a question is split into two digits, so that every inner product is a whole number
below 2^24: pgvector's float32 sums are exact, and the ranking is bit for bit that of the engine. There is no
approximate index: one that leaves passages out would let forbidden ones change what is found.
(pgvector, "Filtering" and "Exact nearest neighbor search".)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from assay.knowledge.search.segment import QUERY_SCALE, SCALE, digits, from_bytes

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from assay.llm.port import Vectors

TABLE = "passage_vectors"


def put(connection: Connection, version: str, document: str, segment: bytes) -> None:
    """Keep the vectors of a version's segment in place of those that were there; nothing without pgvector."""
    from sqlalchemy import text

    space = _space(connection)
    if space is None:
        return
    if not _there(connection):
        _make(connection, space)  # which takes those of all segments, this one too if it is stored already
    connection.execute(text(f"DELETE FROM {TABLE} WHERE version = :version"), {"version": version})
    _insert(connection, space, version, document, segment)


def nearest(
    connection: Connection, question: Vectors, model: str, versions: Iterable[str], limit: int
) -> list[tuple[str, float]] | None:
    """Ids and cosines of the passages of these versions that are nearest to a unit vector, of equal ones the smaller
    id first; None where the database keeps no vectors. The connection's rights of rows hold."""
    from sqlalchemy import text

    space = _space(connection)
    if space is None or not _there(connection):
        return None
    asked, base = digits(question.reshape(1, -1))
    product = f"-(embedding OPERATOR({space}.<#>) CAST(:{{}} AS {space}.vector))"
    query = (
        f"SELECT passage, {product.format('first')} + {product.format('second')} / :base AS score FROM {TABLE} "
        f"WHERE version = ANY (:versions) AND model = :model AND width = :width "
        'ORDER BY score DESC, passage COLLATE "C" LIMIT :limit'
    )
    values = {
        "first": _written(asked[:, 0]),
        "second": _written(asked[:, 1]),
        "base": float(base),
        "versions": sorted(versions),
        "model": model,
        "width": len(asked),
        "limit": limit,
    }
    return [(row.passage, row.score / (SCALE * QUERY_SCALE)) for row in connection.execute(text(query), values)]


def _space(connection: Connection) -> str | None:
    """The schema in which pgvector is installed, as it is written; None where it is not."""
    if connection.dialect.name != "postgresql":
        return None
    query = (
        "SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace "
        "WHERE e.extname = 'vector'"
    )
    found: str | None = connection.exec_driver_sql(query).scalar()
    return found


def _there(connection: Connection) -> bool:
    return connection.exec_driver_sql(f"SELECT to_regclass('{TABLE}')").scalar() is not None


def _make(connection: Connection, space: str) -> None:
    from sqlalchemy import select

    from assay.knowledge.store.row_rights import protect_content
    from assay.knowledge.store.schema import segments

    connection.exec_driver_sql(
        f"CREATE TABLE {TABLE} (passage text PRIMARY KEY REFERENCES passages (id) ON DELETE CASCADE, "
        "version varchar(20) NOT NULL, document varchar(20) NOT NULL REFERENCES documents (id) ON DELETE CASCADE, "
        f"model text NOT NULL, width integer NOT NULL, embedding {space}.vector NOT NULL)"
    )
    connection.exec_driver_sql(f"CREATE INDEX ix_{TABLE}_version ON {TABLE} (version)")
    protect_content(connection, TABLE)
    query = select(segments.c.version, segments.c.document, segments.c.content)
    for row in connection.execute(query).all():
        _insert(connection, space, row.version, row.document, row.content)


def _insert(connection: Connection, space: str, version: str, document: str, segment: bytes) -> None:
    from sqlalchemy import text

    from assay.kernel.errors import IntegrityError

    try:
        made = from_bytes(segment)
    except IntegrityError:
        return  # of an older form: its vectors come when it is made anew
    own = {"version": version, "document": document, "model": made.model, "width": made.vectors.shape[1]}
    rows = [
        {**own, "passage": id, "embedding": _written(vector)}
        for id, vector in zip(made.ids, made.vectors, strict=True)
        if vector.any()
    ]
    if rows:
        query = (
            f"INSERT INTO {TABLE} (passage, version, document, model, width, embedding) VALUES "
            f"(:passage, :version, :document, :model, :width, CAST(:embedding AS {space}.vector))"
        )
        connection.execute(text(query), rows)


def _written(vector: Sequence[float] | Vectors) -> str:
    """A vector of whole numbers as pgvector reads it."""
    return "[" + ",".join(str(int(one)) for one in vector) + "]"
