"""Documents, search and access rights: everything that an answer from documents stands on.

Files become ``ReadDocument`` (``document``), are cut into ``Passage`` (``passage``), kept by a library, and are read
only through a ``Reader`` (``reader``), which exists only for somebody who asks (``rights``).
"""
