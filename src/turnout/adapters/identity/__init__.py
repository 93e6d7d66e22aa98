"""Who people and programs are: local accounts, passkeys, sessions and tokens, in an SQLite file of their own."""
