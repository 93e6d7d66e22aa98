"""Which of two PostgreSQL servers is the primary, and that the other takes over by itself when it is lost."""
