"""The JSON schema of every board row and every command, for `rows.mjs`, which makes the browser's types from it."""

import json
import sys

import msgspec

from turnout.core.board import Board
from turnout.core.commands import Command

(board, command), components = msgspec.json.schema_components([Board, Command], ref_template="#/$defs/{name}")
schema = {
    "title": "Rows",
    "type": "object",
    "properties": {"board": board, "command": command},
    "required": ["board", "command"],
    "$defs": components,
}
json.dump(schema, sys.stdout)
