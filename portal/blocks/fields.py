"""A StreamField whose blocks stay out of the migrations."""

from __future__ import annotations

from typing import Any

from wagtail.fields import StreamField


class BlocksField(StreamField):
    """The column is JSON whatever the blocks: adding one or changing a help text makes no migration."""

    def __init__(self, block_types: Any = (), **kwargs: Any) -> None:
        super().__init__(block_types, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, _args, kwargs = super().deconstruct()
        for blocks in ("block_types", "block_lookup", "min_num", "max_num", "block_counts", "collapsed"):
            kwargs.pop(blocks, None)
        return name, path, [], kwargs
