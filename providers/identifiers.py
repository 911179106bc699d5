"""Identifiers for other software: UUIDs that nothing we publish again can change.

What has a life of its own keeps its UUID in a column (structures, services,
families). What is a pair of those (a structure's service, the place where it is
given) has no row that lasts: publishing an old version makes its offers anew.
Its UUID is the structure's with bits turned over by the other part, and turning
them again gives the structure back: it is found by its identifier without being
kept anywhere. The rest (a phone, an address) is named after what it belongs to.
"""

from __future__ import annotations

import hashlib
import uuid

# Of this software: identifiers made from it are the same in every territory.
NAMESPACE = uuid.UUID("5f0a3ca4-1f1b-4c5e-9d0e-1001d5e1ce00")
# Version and variant: the bits that say which kind of UUID it is stay as they are.
_FREE_BITS = ~((0xF << 76) | (0x3 << 62)) & ((1 << 128) - 1)


def own(kind: str, name: str) -> uuid.UUID:
    """The UUID of something shipped with this software, such as a service of its nomenclature."""
    return uuid.uuid5(NAMESPACE, f"{kind}/{name}")


def part(owner: uuid.UUID, name: str) -> uuid.UUID:
    """The UUID of something that belongs to *owner* alone: its phone, its address."""
    return uuid.uuid5(owner, name)


def turned(whole: uuid.UUID, by: uuid.UUID | str) -> uuid.UUID:
    """The UUID of the pair of *whole* and *by*; done again with the same *by*, *whole*."""
    digest = hashlib.sha256(f"{NAMESPACE}/{by}".encode()).digest()
    return uuid.UUID(int=whole.int ^ (int.from_bytes(digest[:16], "big") & _FREE_BITS))
