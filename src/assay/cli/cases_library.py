"""``assay cases add --from-library``: cases of documents that the library holds, for those alone who may read these."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assay.cli.knowledge_parts import Where
from assay.kernel.errors import InputError

if TYPE_CHECKING:
    from assay.skills.cases.tables import Imported


def cases_of_documents(
    documents: Sequence[str], where: Where, asset: str, author: str, acl: Sequence[str] | None
) -> list[Imported]:
    """The cases of documents named by id, name, title or number, as the asker may read them.

    A case gets its document's groups, or fewer by ``acl``. InputError for a document that is not there for the asker,
    that nobody could share, or for ``acl`` that would show it to others.
    """
    from assay.knowledge.library import find_document
    from assay.knowledge.rights import EVERYONE
    from assay.skills.cases.written import of_document

    found = []
    with where.library_and_reader() as (library, reader):
        for reference in documents:
            id = find_document(reader, reference)
            info = [one for one in reader.documents(outdated=True) if one.id == id][-1]
            info = next((one for one in reader.documents() if one.id == id), info)
            groups = library.groups_of(reader, id)
            wider = [] if EVERYONE in groups else sorted(set(acl or ()) - groups)
            if not groups or wider:
                raise InputError(
                    "cli.cases_library_groups", document=info.name, groups=", ".join(sorted(groups)) or "-"
                )
            pages = [reader.page(id, info.version, number) for number in range(1, info.pages + 1)]
            blocks = reader.blocks(id, info.version)
            chosen = tuple(acl) if acl else tuple(sorted(groups))
            found.append(of_document(blocks, pages, info.name, asset=asset, author=author, groups=chosen))
    return found
