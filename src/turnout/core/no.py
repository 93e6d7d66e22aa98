"""What every refusal of the rules is."""

import msgspec


class No(msgspec.Struct, frozen=True, gc=False, kw_only=True, tag_field="code"):
    """What all refusals have in common: a stable `code`."""
