"""The rules of the operations room, pure: commands in, events or a reasoned refusal out. One package per noun."""
