"""What every command is."""

import msgspec


class Do(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", forbid_unknown_fields=True):
    """A command. The tag `do` is its stable name: `take-call`."""
